import { afterEach, expect, it, vi } from 'vitest';
import { AppError, problemOf } from './errors.ts';
import { alarm, createLog } from './log.ts';
import { metricsText } from './metrics.ts';
import { currentTraceId, traceIdOf, traceparent, withTrace } from './trace.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;

afterEach(() => void vi.restoreAllMocks());

/** The lines that are logged meanwhile, as text; pino takes process.stdout where somebody watches it, as here. */
function linesOf(work: () => void): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(...String(text).trim().split('\n'));
    return true;
  });
  work();
  vi.restoreAllMocks();
  return lines;
}

it('a line is JSON with the part, the level in words and the trace it belongs to', () => {
  const [line = ''] = linesOf(() => withTrace(PARENT, () => createLog('tasks-add', 'info').info({ ms: 3 }, 'request')));
  expect(JSON.parse(line)).toMatchObject({ part: 'tasks-add', level: 'info', traceId: TRACE, ms: 3, msg: 'request' });
});

it('a database error is logged by its number: neither statement nor parameters, which may hold a card', () => {
  const driver = Object.assign(new Error("Duplicate entry '4242424242424242' for key 'card'"), {
    errno: 1062,
    code: 'ER_DUP_ENTRY',
    sqlMessage: "Duplicate entry '4242424242424242'",
    sql: 'insert into users values (4242424242424242)',
  });
  const wrapped = new Error('Failed query: insert into users\nparams: 4242424242424242', { cause: driver });
  const lines = linesOf(() => createLog('x', 'info').error({ err: wrapped }, 'failed'));
  expect(lines.join()).not.toContain('4242424242424242');
  expect(JSON.parse(lines[0] ?? '').err).toMatchObject({ code: 'ER_DUP_ENTRY', message: 'database error 1062' });
});

it('line breaks and escapes in what is logged make no second line', () => {
  const lines = linesOf(() => createLog('x', 'info').info({ reason: 'a\r\n{"level":"fatal"}\u001b[31m' }, 'm'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\u001b');
});

it('an alarm is logged and counted', async () => {
  const [line = ''] = linesOf(() => alarm(createLog('x', 'info'), 'planted', { eventId: 'e' }));
  expect(JSON.parse(line)).toMatchObject({ level: 'error', alarm: 'planted', eventId: 'e' });
  expect(await metricsText()).toContain('ates_alarms_total{alarm="planted"} 1');
});

it.each([
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01'],
  ['nonsense'],
  [''],
  [`00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`],
])('a traceparent %j begins a story of its own', (header) => {
  const id = withTrace(header, currentTraceId) ?? '';
  expect(id).toMatch(/^(?!0{32})[\da-f]{32}$/);
  expect(id).not.toBe(TRACE);
});

it('what goes out carries the same story in a new span', () => {
  const [first, second] = withTrace(PARENT, () => [traceparent(), traceparent()]);
  expect([first, second].map((header) => traceIdOf(header ?? ''))).toEqual([TRACE, TRACE]);
  expect(first).not.toBe(second);
});

it('a defect tells nothing of our insides, a refusal its code, hint and when to come back', () => {
  const defect = problemOf(new Error('SELECT secret FROM users at /srv/ates'), TRACE);
  expect(defect.status).toBe(500);
  expect(JSON.stringify(defect)).not.toMatch(/SELECT|srv/);
  const refusal = problemOf(new AppError('too-many-sign-ins', { retryAfterSeconds: 12.2 }), TRACE);
  expect(refusal).toMatchObject({
    status: 429,
    headers: { 'retry-after': '13', 'content-type': 'application/problem+json' },
    body: { type: '/problems/too-many-sign-ins', status: 429, traceId: TRACE },
  });
});
