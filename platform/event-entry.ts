import type { EventContract, EventEnvelope, EventOf } from '#contracts/event';
import type { BusinessCalendar } from './business-day.ts';
import { CommitUnknown, type Transaction } from './database.ts';
import { AppError, unavailable } from './errors.ts';
import { type FunctionAnswer, type FunctionEvent, OPERATION_MS, type Runtime } from './function-runtime.ts';
import { enterInbox, leaveInbox } from './inbox.ts';
import { alarm, type Log } from './log.ts';
import { Counter } from './metrics.ts';
import { collectEvents, type Tell } from './outbox.ts';
import { parseBody } from './request-body.ts';
import { spanInEach } from './telemetry.ts';

/** What a function does with the events it hears. All of a call's events are one transaction. */
export interface EventHandling<C extends readonly EventContract[] = readonly EventContract[]> {
  readonly on: C;
  /**
   * Gets the events that come for the first time, in no order that could be relied on. `reject` names one that must
   * be parked because of what it says; its effects must not be written. What is thrown rolls everything back.
   */
  run(call: {
    readonly events: readonly EventOf<C[number]>[];
    readonly tx: Transaction;
    readonly tell: Tell;
    readonly reject: (eventId: string, reason: string) => void;
    readonly calendar: BusinessCalendar;
    readonly log: Log;
  }): Promise<void>;
}

interface Failed {
  readonly id: string | null;
  readonly retryable: boolean;
  readonly reason: string;
}

const MAX_EVENTS = 500;
const MAX_BYTES = 1024 * 1024;

const counted = new Counter({ name: 'ates_events_total', help: 'Events by outcome.', labelNames: ['outcome'] });

/**
 * Serves `POST /` with events: 200 `{handled, failed}` once everything else is committed, repeats included.
 * @throws AppError 401 without a caller key, 413, 415 or 400 for what is no batch, 503 when the database is away.
 */
export function eventEntry(name: string, handling: EventHandling) {
  const contracts = new Map(handling.on.map((contract) => [contract.type, contract]));

  return async (event: FunctionEvent, runtime: Runtime): Promise<FunctionAnswer> => {
    if (!runtime.isCaller(event.headers['x-ates-caller-key'])) throw new AppError('sign-in-needed');
    const batch = batchOf(event);
    const failed: Failed[] = [];
    const valid: EventEnvelope[] = [];
    for (const item of batch) {
      const problem = problemWith(item, contracts);
      if (problem) failed.push({ id: idOf(item), retryable: false, reason: problem });
      else valid.push(item as EventEnvelope);
    }
    // A connector asks with an empty batch whether the function can work again.
    if (batch.length === 0)
      await runtime.ready().catch((error) => Promise.reject(unavailable('The database is away.', error)));
    if (valid.length > 0) failed.push(...(await handle(name, handling, valid, runtime)));

    for (const { id, reason } of failed) runtime.log.warn({ eventId: id, reason }, 'event refused');
    counted.inc({ outcome: 'refused' }, failed.length);
    counted.inc({ outcome: 'handled' }, batch.length - failed.length);
    return { status: 200, body: { handled: batch.length, failed }, headers: {} };
  };
}

async function handle(name: string, handling: EventHandling, valid: EventEnvelope[], runtime: Runtime) {
  const work = async (tx: Transaction) => {
    const { fresh, forged } = await enterInbox(tx, name, valid);
    const rejected = new Map<string, string>();
    const events = collectEvents();
    if (fresh.length > 0) {
      await handling.run({
        events: fresh as EventOf<EventContract>[],
        tx,
        tell: events.tell,
        reject: (eventId, reason) => rejected.set(eventId, reason),
        calendar: runtime.calendar,
        log: runtime.log,
      });
    }
    await leaveInbox(tx, name, [...rejected.keys()]);
    return { forged, rejected, told: await events.save(tx) };
  };
  const endSpans = spanInEach('handle', 'consumer', valid);
  try {
    const deadline = performance.now() + OPERATION_MS;
    const { forged, rejected, told } = await runtime.database.transaction(work, { deadline, repeatable: true });
    endSpans();
    if (told) runtime.wakeOutbox();
    runtime.goOn();
    for (const id of forged) alarm(runtime.log, 'event-content-differs', { eventId: id });
    return [
      ...forged.map((id) => ({
        id,
        retryable: false,
        reason: 'this event id was handled before with another content',
      })),
      ...[...rejected].map(([id, reason]) => ({ id, retryable: false, reason })),
    ];
  } catch (error) {
    // The same events sent again find out by their inbox rows whether they were committed.
    throw error instanceof CommitUnknown ? unavailable('The database went away at COMMIT.', error) : error;
  }
}

function batchOf(event: FunctionEvent): readonly unknown[] {
  const types = ['application/cloudevents-batch+json', 'application/cloudevents+json'];
  const value = parseBody(event, MAX_BYTES, types);
  const batch = Array.isArray(value) ? value : [value];
  if (batch.length > MAX_EVENTS)
    throw new AppError('body-too-large', { detail: `At most ${MAX_EVENTS} events a call.` });
  return batch;
}

function problemWith(item: unknown, contracts: ReadonlyMap<string, EventContract>): string | null {
  const type = (item as { type?: unknown } | null)?.type;
  const contract = typeof type === 'string' ? contracts.get(type) : undefined;
  return contract ? contract.problemWith(item) : 'this type or version of event is not known here';
}

function idOf(item: unknown): string | null {
  const id = (item as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : null;
}
