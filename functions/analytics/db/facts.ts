import { and, inArray } from 'drizzle-orm';
import type { BusinessDate } from '#platform/business-day';
import type { Transaction } from '#platform/database';
import { insertMany } from '#platform/insert-many';
import type { Fact } from '../domain/fact.ts';
import { facts } from './schema.ts';

/** A fact with where it came from, as its row holds it. */
export interface HeardFact extends Fact {
  readonly businessDate: BusinessDate;
  readonly eventId: string;
  readonly datetime: Date;
  readonly taskTitle: string | null;
  readonly jiraId: string | null;
}

const { kind, userId, sumCents, businessDate, taskId, version, payoutId } = facts;
const known = { kind, userId, sumCents, businessDate, taskId, version, payoutId };

/** What is stored already about these versions of tasks, and about these payouts. */
export async function storedFacts(tx: Transaction, heard: readonly Fact[]): Promise<Fact[]> {
  const taskIds = [...new Set(heard.flatMap((fact) => fact.taskId ?? []))];
  const payoutIds = [...new Set(heard.flatMap((fact) => fact.payoutId ?? []))];
  const versions = [...new Set(heard.flatMap((fact) => fact.version ?? []))];
  const sameTasks = and(inArray(taskId, taskIds), inArray(version, versions));
  const ofTasks = taskIds.length > 0 ? await tx.select(known).from(facts).where(sameTasks) : [];
  const ofPayouts = payoutIds.length > 0 ? await tx.select(known).from(facts).where(inArray(payoutId, payoutIds)) : [];
  return [...ofTasks, ...ofPayouts];
}

/** Adds facts. A parallel call with the same one waits here; then its unique key lets only one of the two pass. */
export async function saveFacts(tx: Transaction, heard: readonly HeardFact[]): Promise<void> {
  await insertMany(tx, facts, heard);
}
