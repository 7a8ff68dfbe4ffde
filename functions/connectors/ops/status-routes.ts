import { OpsStatus } from '#contracts/rest/ops';
import type { Config } from '#platform/config';
import { AppError } from '#platform/errors';
import { query, reply } from '#platform/route';
import { allReady, statusOf } from './parts.ts';

/** Whoever asks within a second is told what the last one was: many who look cost no more than one. */
const SHARED_MS = 1_000;

function shared<T>(ask: (config: Config) => Promise<T>): (config: Config) => Promise<T> {
  let last: { at: number; answer: Promise<T> } | null = null;
  return (config) => {
    if (!last || performance.now() - last.at > SHARED_MS) last = { at: performance.now(), answer: ask(config) };
    return last.answer;
  };
}

const askAllReady = shared(allReady);
const askStatus = shared(statusOf);

export const readyz = query({
  path: '/readyz',
  summary: 'Whether every part can do its work.',
  roles: 'everyone',
  answers: { 200: null },
  async run({ config }) {
    if (!(await askAllReady(config))) throw new AppError('temporarily-unavailable', { retryAfterSeconds: 2 });
    return reply(200, 'OK\n', { 'content-type': 'text/plain; charset=utf-8' });
  },
});

export const getStatus = query({
  path: '/api/ops/status',
  summary: 'The health of every part, queue and database, as they tell it now.',
  roles: ['admin'],
  answers: { 200: OpsStatus },
  run: ({ config }) => askStatus(config),
});
