import Type from 'typebox';
import { Uuid } from '#contracts/fields';
import { DeadLetters, DeadLetterWithBody, DropDeadLetter } from '#contracts/rest/ops';
import { brokerUrl } from '#platform/broker';
import type { Config } from '#platform/config';
import { invalid } from '#platform/errors';
import type { Log } from '#platform/log';
import { pageOf, pageQuery } from '#platform/paging';
import { command, query } from '#platform/route';
import { readSubscriptions } from '../queue/subscriptions.ts';
import { type Act, findLetter, listLetters, timeKey } from './dead-letters.ts';
import { type DeadQueues, openDeadQueues, withBroker } from './dead-queues.ts';

const roles = ['admin'] as const;
const params = { id: Uuid };

/** A connection with the lock, for one request. */
const withDeadQueues = <T>(config: Config, work: (queues: DeadQueues) => Promise<T>): Promise<T> =>
  withBroker(brokerUrl(config, 'ops'), async (connection) => work(await openDeadQueues(connection)));

/** The functions that hear events, and so may have dead letters. */
const hearing = (config: Config): string[] => readSubscriptions(config.stackFile).map((each) => each.function);

export const listDeadLetters = query({
  path: '/api/ops/dead-letters',
  summary: 'Events that their functions could not handle, newest parked first.',
  roles,
  query: { ...pageQuery, function: Type.String({ maxLength: 100, description: 'a function that hears events' }) },
  answers: { 200: DeadLetters },
  refusals: ['dead-letters-busy'],
  async run({ query, user, config }) {
    const page = pageOf('dead-letters', user, query, { parkedAt: 'text', id: 'text' });
    const all = hearing(config);
    if (query.function && !all.includes(query.function)) throw invalid('?function', `must be one of ${all.join(', ')}`);

    const functions = query.function ? [query.function] : all;
    const found = await withDeadQueues(config, (queues) => listLetters(queues, functions));

    const { after } = page;
    const rows = found.letters.map((letter) => ({ ...timeKey(letter), letter }));
    const isNext = ({ parkedAt, id }: (typeof rows)[number]) =>
      !after || parkedAt < after.parkedAt || (parkedAt === after.parkedAt && id < after.id);
    const { items, nextCursor } = page.of(rows.filter(isNext));
    return { items: items.map(({ letter }) => letter), nextCursor, total: found.total, beyond: found.beyond };
  },
});

export const getDeadLetter = query({
  path: '/api/ops/dead-letters/{id}',
  summary: 'A dead letter with its headers, and its event as text.',
  roles,
  params,
  answers: { 200: DeadLetterWithBody },
  refusals: ['dead-letters-busy'],
  run: ({ params, config }) => withDeadQueues(config, (queues) => findLetter(queues, hearing(config), params.id)),
});

// Both answer with the letter as it was. They are harmless when they are repeated, and have no key: a letter that is
// gone is 404, and an event counts once.

const act = (id: string, what: Act, config: Config, log: Log) =>
  withDeadQueues(config, (queues) => findLetter(queues, hearing(config), id, what, log));

export const replayDeadLetter = command({
  method: 'POST',
  path: '/api/ops/dead-letters/{id}/replay',
  summary: 'Send the event to its function again, under the same id: it counts once, however often it is sent.',
  roles,
  params,
  answers: { 200: DeadLetterWithBody },
  refusals: ['dead-letters-busy', 'outcome-unknown'],
  idempotent: false,
  transaction: 'own',
  run: ({ params, user, config, log }) => act(params.id, { fate: 'replay', by: user.id, why: null }, config, log),
});

export const dropDeadLetter = command({
  method: 'POST',
  path: '/api/ops/dead-letters/{id}/drop',
  summary: 'Give the event up for good. Who, why and the event itself are logged.',
  roles,
  params,
  body: DropDeadLetter,
  answers: { 200: DeadLetterWithBody },
  refusals: ['dead-letters-busy', 'outcome-unknown'],
  idempotent: false,
  transaction: 'own',
  run: ({ params, body, user, config, log }) =>
    act(params.id, { fate: 'drop', by: user.id, why: body.reason }, config, log),
});
