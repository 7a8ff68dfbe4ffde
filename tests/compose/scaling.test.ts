import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { OpsStatus, PartStatus } from '#contracts/rest/ops';
import { docker } from '../docker.ts';
import { Visitor } from '../flows/visitor.ts';
import { compose } from './stack.ts';

const PEOPLE = 8;

/** People who add tasks and close them until told to stop; each answer is counted. */
async function load() {
  const counts = { add: 0, close: 0 };
  const failures: string[] = [];
  const workers = new Map<string, Visitor>();
  for (let n = 1; n <= 5; n += 1) {
    const worker = await Visitor.signIn(`worker${n}`);
    workers.set((await worker.get('/api/auth/session')).body.id, worker);
  }
  const managers = await Promise.all(Array.from({ length: PEOPLE }, () => Visitor.signIn('manager')));
  let going = true;

  async function send(visitor: Visitor, what: keyof typeof counts, path: string, body: object, wanted: number) {
    const began = performance.now();
    const answer = await visitor.send('POST', path, body).catch((error: Error) => ({ status: 0, body: error.message }));
    counts[what] += 1;
    const ms = Math.round(performance.now() - began);
    if (answer.status !== wanted)
      failures.push(`${what}: ${answer.status} in ${ms} ms, ${JSON.stringify(answer.body)}`);
    return answer;
  }

  const people = managers.map(async (manager) => {
    while (going) {
      const { body: task } = await send(manager, 'add', '/api/tasks', { title: `Scaled ${randomUUID()}` }, 201);
      const worker = workers.get(task.userId);
      if (worker) await send(worker, 'close', `/api/tasks/${task.id}/close`, {}, 200);
    }
  });
  return {
    counts,
    failures,
    async stop() {
      going = false;
      await Promise.all(people);
    },
  };
}

/** How many requests each running instance has answered. */
async function servedByEach(service: string): Promise<number[]> {
  const ids = (await compose('ps', '--quiet', service)).split('\n');
  return Promise.all(ids.map(async (id) => (await docker(['logs', id])).split('"msg":"request"').length - 1));
}

async function statusOfTasksClose(): Promise<PartStatus> {
  const { parts } = (await (await Visitor.signIn('admin')).get('/api/ops/status')).body as OpsStatus;
  return parts.find(({ name }) => name === 'tasks-close') as PartStatus;
}

it('one function is scaled to three and back to one under load, and no request fails', async () => {
  const scale = (instances: number) =>
    compose(
      'up',
      '--detach',
      '--wait',
      '--no-deps',
      '--no-recreate',
      '--scale',
      `tasks-close=${instances}`,
      'tasks-close',
    );
  const people = await load();
  const more = (closings: number) => {
    const wanted = people.counts.close + closings;
    return expect.poll(() => people.counts.close, { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(wanted);
  };
  await more(100);
  await scale(3);
  // nginx finds the new ones by itself, and all three share the work.
  await expect
    .poll(async () => (await servedByEach('tasks-close')).map((served) => served >= 30), { timeout: 60_000 })
    .toEqual([true, true, true]);
  // The status counts them, and adds up what each says of itself.
  const served = (await servedByEach('tasks-close')).reduce((sum, each) => sum + each, 0);
  const status = await statusOfTasksClose();
  expect(status).toMatchObject({ state: 'ready', instances: 3, errors: 0, lastError: null });
  expect(status.requests).toBeGreaterThanOrEqual(served);
  await scale(1);
  expect(await servedByEach('tasks-close')).toHaveLength(1);
  expect(await statusOfTasksClose()).toMatchObject({ state: 'ready', instances: 1 });
  await more(100);
  await people.stop();
  console.log(
    `scaling: ${people.counts.add} tasks added, ${people.counts.close} closed, ${people.failures.length} failed`,
  );
  expect(people.failures).toEqual([]);
});
