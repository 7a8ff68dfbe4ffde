import { createHash, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TaskFact } from '#contracts/rest/tasks';
import { CALLER_KEY, type Person, person, serviceUnderTest } from '#platform/testing/service-under-test';
import { wordsOf } from '../domain/words.ts';
import tasksApi from './handler.ts';

const service = serviceUnderTest('tasks');
const api = service.start(tasksApi);
const manager = person('manager');
const kesha = person('worker');
const gosha = person('worker');

interface Planted {
  title: string;
  jiraId?: string;
  assignee?: Person;
  createdAt?: string;
  closed?: boolean;
  /** Whose it was before; a minute after it was created it was given on. */
  before?: Person;
  givenOnAt?: string;
}

async function plant({
  title,
  jiraId,
  assignee = kesha,
  createdAt = '2026-11-01 10:00:00.000',
  closed,
  before,
  givenOnAt,
}: Planted) {
  const id = randomUUID();
  const version = 1 + Number(before !== undefined) + Number(closed ?? false);
  await service.rows(
    'INSERT INTO tasks (id, title, jira_id, description, status, user_id, fee, reward, created_by, created_at, assigned_at, closed_at, version) VALUES (?)',
    [
      [
        id,
        title,
        jiraId ?? null,
        '',
        closed ? 'closed' : 'open',
        assignee.id,
        1_500,
        3_000,
        manager.id,
        createdAt,
        createdAt,
        closed ? createdAt : null,
        version,
      ],
    ],
  );
  const steps: unknown[][] = [[id, 1, 'assigned', (before ?? assignee).id, null, manager.id, createdAt]];
  if (before) steps.push([id, 2, 'assigned', assignee.id, before.id, manager.id, givenOnAt ?? createdAt]);
  if (closed) steps.push([id, version, 'closed', assignee.id, null, assignee.id, createdAt]);
  await service.rows(
    'INSERT INTO task_history (task_id, version, kind, user_id, from_user_id, by_user_id, at) VALUES ?',
    [steps],
  );
  const words = wordsOf({ title, jiraId: jiraId ?? null });
  await service.rows('INSERT INTO task_words (word, task_id) VALUES ?', [words.map((word) => [word, id])]);
  return id;
}

const ids: Record<string, string> = {};
const nowish = (hoursAgo: number) =>
  new Date(Date.now() - hoursAgo * 3_600_000).toISOString().replace('T', ' ').replace('Z', '');

beforeAll(async () => {
  ids.feed = await plant({ title: 'Покормить попугая', jiraId: 'ATES-12', createdAt: '2026-11-01 10:00:00.000' });
  ids.clean = await plant({ title: '100% clean_cage', assignee: gosha, createdAt: '2026-11-02 10:00:00.000' });
  ids.closed = await plant({ title: 'Count seeds', closed: true, createdAt: '2026-11-03 10:00:00.000' });
  ids.lost = await plant({
    title: 'Lost an hour ago',
    assignee: gosha,
    before: kesha,
    createdAt: '2026-11-04 10:00:00.000',
    givenOnAt: nowish(1),
  });
  ids.longLost = await plant({
    title: 'Lost long ago',
    assignee: gosha,
    before: kesha,
    createdAt: '2026-11-05 20:59:59.999',
    givenOnAt: nowish(30),
  });
  ids.kept = await plant({
    title: 'Drawn again',
    before: kesha,
    createdAt: '2026-11-05 21:00:00.000',
    givenOnAt: nowish(1),
  });
});

const list = (query = '', as: Person = manager) => api.request('GET', `/api/tasks${query}`, { as });
const nameOf = (id: string) => Object.keys(ids).find((name) => ids[name] === id);
const found = async (query: string, as?: Person) => {
  const { status, body } = await list(query, as);
  expect(status).toBe(200);
  return body.items.map(({ id }: { id: string }) => nameOf(id));
};

it('lists newest created first', async () => {
  expect(await found('')).toEqual(['kept', 'longLost', 'lost', 'closed', 'clean', 'feed']);
});

it.each([
  ['?status=closed', ['closed']],
  ['?q=попуг', ['feed']],
  ['?q=ATES-1', ['feed']],
  ['?q=%25', []],
  ['?q=100%25', ['clean']],
  ['?q=10%25', []],
  ['?q=100', ['clean']],
  ['?q=clean_c', ['clean']],
  ['?q=cl_an', []],
  ['?q=lost%20ago', ['longLost', 'lost']],
  ["?q='%20OR%201=1--", []],
  // A day is the company's: 21:00Z is the next one in Moscow.
  ['?from=2026-11-05&to=2026-11-05', ['longLost']],
  ['?from=2026-11-06', ['kept']],
  ['?to=2026-11-02', ['clean', 'feed']],
])('%s finds %j', async (query, names) => expect(await found(query)).toEqual(names));

it('filters by assignee and by ids', async () => {
  expect(await found('?assignee=me', gosha)).toEqual(['longLost', 'lost', 'clean']);
  expect(await found(`?assignee=${kesha.id}&status=open`)).toEqual(['kept', 'feed']);
  expect(await found(`?ids=${ids.feed},${ids.clean},${randomUUID()}`)).toEqual(['clean', 'feed']);
});

describe('totals', () => {
  const totalsOf = async (query: string, as?: Person) => (await list(query, as)).body.totals;

  it('of one assignee’s tasks are those of all pages, under the same filter', async () => {
    const [count, feeCents, rewardCents] = [3, 4_500, 9_000];
    expect(await totalsOf('?assignee=me&limit=1', gosha)).toEqual({ count, feeCents, rewardCents });
    expect(await totalsOf(`?assignee=${gosha.id}&limit=1`)).toEqual({ count, feeCents, rewardCents });
    expect(await totalsOf('?assignee=me&status=closed', kesha)).toMatchObject({ count: 1, rewardCents: 3_000 });
    expect(await totalsOf('?assignee=me&q=lost', gosha)).toMatchObject({ count: 2 });
    expect(await totalsOf('?assignee=me&to=2026-11-02', gosha)).toMatchObject({ count: 1 });
    expect(await totalsOf('?assignee=me')).toEqual({ count: 0, feeCents: 0, rewardCents: 0 });
  });

  it('are told once, on the first page, and not to a worker of somebody else’s tasks', async () => {
    const { nextCursor } = (await list('?assignee=me&limit=1', gosha)).body;
    expect(await totalsOf(`?assignee=me&limit=1&cursor=${nextCursor}`, gosha)).toBeUndefined();
    expect(await totalsOf(`?assignee=${gosha.id}`, kesha)).toBeUndefined();
    expect(await totalsOf('')).toBeUndefined();
    expect(await totalsOf('?taken=me', kesha)).toBeUndefined();
  });
});

describe('workload', () => {
  const workload = (query = '', as: Person = manager) => api.request('GET', `/api/tasks/workload${query}`, { as });
  const of = (worker: Person, openCount: number) => ({
    ...{ userId: worker.id, openCount, feeCents: openCount * 1_500, rewardCents: openCount * 3_000 },
  });

  it('is each worker’s open tasks with their amounts, most first; closed ones do not count', async () => {
    expect((await workload()).body).toEqual({ items: [of(gosha, 3), of(kesha, 2)], nextCursor: null });
  });

  it('of a tie the lower id comes first, and pages give everybody once', async () => {
    const rio = person('worker');
    for (const assignee of [kesha, rio]) await plant({ title: 'Tie', assignee });
    const tied = [of(gosha, 3), of(kesha, 3)].sort((a, b) => (a.userId < b.userId ? -1 : 1));
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await workload(`?limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items);
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toEqual([...tied, of(rio, 1)]);
    await service.rows("DELETE FROM tasks WHERE title = 'Tie'");
  });

  it('is for whoever sees everybody’s amounts', async () => {
    for (const role of ['manager', 'accountant', 'executive', 'admin'] as const) {
      expect((await workload('', person(role))).status, role).toBe(200);
    }
    expect((await workload('', kesha)).status).toBe(403);
    expect((await api.request('GET', '/api/tasks/workload')).status).toBe(401);
    expect((await workload('?status=open')).status).toBe(422);
    const { nextCursor } = (await workload('?limit=1')).body;
    expect((await workload(`?cursor=${nextCursor}`, person('admin'))).status).toBe(422); // it is another reader's
  });
});

it('tells whose task was given to somebody else in the last day, and not one that was drawn again', async () => {
  expect(await found('?taken=me', kesha)).toEqual(['lost']);
  expect(await found('?taken=me', gosha)).toEqual([]);
});

it('page after page gives everything once, also when tasks are added meanwhile', async () => {
  const seen: unknown[] = [];
  let cursor = '';
  do {
    const { body } = await list(`?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.items.map(({ id }: { id: string }) => nameOf(id)));
    if (seen.length === 2) await plant({ title: 'Newer', createdAt: '2026-11-20 10:00:00.000' });
    cursor = body.nextCursor;
  } while (cursor);
  expect(seen).toEqual(['kept', 'longLost', 'lost', 'closed', 'clean', 'feed']);
  await service.rows("DELETE FROM tasks WHERE title = 'Newer'");
});

it('a common beginning, which is looked up as tasks are read, finds the same', async () => {
  const rows = Array.from({ length: 5_100 }, () => [`lost${randomUUID().slice(0, 8)}`, randomUUID()]);
  await service.rows('INSERT INTO task_words (word, task_id) VALUES ?', [rows]);
  expect(await found('?q=lost')).toEqual(['longLost', 'lost']);
  await service.rows('DELETE FROM task_words WHERE task_id IN (?)', [rows.map(([, id]) => id)]);
});

it.each([
  ...[
    '?status=done',
    '?assignee=you',
    '?assignee=1',
    '?taken=you',
    '?ids=1',
    '?ids=',
    '?from=2026-02-30',
    '?q=',
    '?sort=fee',
  ],
  ...[
    '?from=2026-11-06&to=2026-11-05',
    '?limit=0',
    '?limit=201',
    '?cursor=x',
    '?feeCents=1500',
    '?status=open&status=closed',
  ],
])('%s is refused', async (query) => expect((await list(query)).status).toBe(422));

describe('amounts', () => {
  it('a worker sees them only where the task is own, and in its history only where the entry is own', async () => {
    const { body } = await list('', kesha);
    const isOwn = ({ userId }: { userId: string }) => userId === kesha.id;
    expect(new Set(body.items.map(isOwn))).toEqual(new Set([true, false]));
    for (const task of body.items) expect('feeCents' in task, task.title).toBe(isOwn(task));
    const { body: lost } = await api.request('GET', `/api/tasks/${ids.lost}`, { as: kesha });
    expect(lost).not.toHaveProperty('feeCents');
    expect(lost.history).toEqual([
      {
        version: 1,
        kind: 'assigned',
        userId: kesha.id,
        byUserId: manager.id,
        at: '2026-11-04T10:00:00.000Z',
        feeCents: 1_500,
      },
      { version: 2, kind: 'assigned', userId: gosha.id, byUserId: manager.id, at: expect.any(String) },
    ]);
  });

  it('everyone else sees all of them', async () => {
    const { body } = await api.request('GET', `/api/tasks/${ids.closed}`, { as: person('executive') });
    expect(body).toMatchObject({ feeCents: 1_500, rewardCents: 3_000, status: 'closed' });
    expect(body.history).toMatchObject([
      { kind: 'assigned', feeCents: 1_500 },
      { kind: 'closed', rewardCents: 3_000 },
    ]);
  });
});

it.each([randomUUID(), '1', '0', '%', '*', 'me'])('the task %s is not there', async (id) => {
  expect((await api.request('GET', `/api/tasks/${id}`, { as: manager })).status).toBe(404);
});

it('the facts of a day are told to services only, each assignment and closing once, a page at a time', async () => {
  const at = '2026-02-03 08:00:00.000';
  const [given, closed] = [
    await plant({ title: 'Facts', createdAt: at, before: gosha, givenOnAt: '2026-02-03 20:59:59.999' }),
    await plant({ title: 'Facts', createdAt: at, closed: true }),
  ];
  await plant({ title: 'Facts of the next day', createdAt: '2026-02-03 21:00:00.000' }); // in Moscow
  const ask = (query: string) =>
    api.request('GET', `/api/tasks/facts?day=2026-02-03${query}`, { headers: { 'x-ates-caller-key': CALLER_KEY } });
  const fee = { kind: 'fee', cents: 1_500, at: '2026-02-03T08:00:00.000Z', version: 1 };
  const [first, second] = [
    { ...fee, taskId: given, userId: gosha.id },
    { ...fee, taskId: closed, userId: kesha.id },
  ].sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
  const rest = [
    { ...fee, taskId: given, userId: kesha.id, version: 2, at: '2026-02-03T20:59:59.999Z' },
    { ...fee, taskId: closed, userId: kesha.id, version: 2, kind: 'reward', cents: 3_000 },
  ];
  const all = (await ask('')).body.items;
  expect(all).toHaveLength(4);
  expect(all).toEqual(expect.arrayContaining([first, second, ...rest]));
  const paged: unknown[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await ask(`&limit=1${cursor && `&cursor=${cursor}`}`);
    paged.push(...body.items);
    if (!body.nextCursor) break;
    cursor = body.nextCursor;
  }
  expect(paged).toEqual(all);
  expect((await ask(`&users=${gosha.id}`)).body.items).toEqual(all.filter((one: TaskFact) => one.userId === gosha.id));
  expect((await ask('&users=nobody')).status).toBe(422);

  // Added up by worker, as whoever compares the books would add them up.
  const signed = ({ kind, cents }: TaskFact) => (kind === 'fee' ? -cents : cents);
  const totals = [gosha.id, kesha.id].sort().map((userId) => {
    const own = (all as TaskFact[]).filter((one) => one.userId === userId);
    return {
      userId,
      count: own.length,
      cents: own.reduce((sum, one) => sum + signed(one), 0),
      checksum: own.reduce(
        (sum, one) =>
          sum +
          createHash('sha256')
            .update(`${one.taskId} ${one.version} ${signed(one)}`)
            .digest()
            .readUInt32BE(),
        0,
      ),
      lastAt: own
        .map(({ at }) => at)
        .sort()
        .at(-1),
    };
  });
  const askTotals = (query: string) =>
    api.request('GET', `/api/tasks/facts/totals?day=2026-02-03${query}`, {
      headers: { 'x-ates-caller-key': CALLER_KEY },
    });
  expect((await askTotals('')).body).toEqual({ items: totals, nextCursor: null });
  const { body: page } = await askTotals('&limit=1');
  expect((await askTotals(`&limit=1&cursor=${page.nextCursor}`)).body).toEqual({
    items: [totals[1]],
    nextCursor: null,
  });
  for (const path of ['/api/tasks/facts', '/api/tasks/facts/totals'])
    expect((await api.request('GET', `${path}?day=2026-02-03`, { as: person('admin') })).status).toBe(403);
});

it('nobody who is not signed in sees anything', async () => {
  for (const path of ['/api/tasks', `/api/tasks/${ids.feed}`, '/api/tasks/openapi.json']) {
    expect((await api.request('GET', path)).status).toBe(401);
  }
});
