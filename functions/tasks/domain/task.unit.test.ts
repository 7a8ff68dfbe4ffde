import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { closeTask, drawPrice, drawWorker, newTask, reassign, type Task } from './task.ts';
import { viewFor } from './task-view.ts';

/** Pearson's statistic of counts against as many equally likely outcomes. */
const chiSquare = (counts: readonly number[]) => {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};
/** The 99.9 % points of the chi-square distribution for 10 and 20 degrees of freedom (NIST handbook, 1.3.6.7.4). */
const LIMIT = { fee: 29.588, reward: 45.315 };

it('a million prices: whole dollars, all in range, both ends occur, none more likely than another', () => {
  const looksFair = () => {
    const fees = Array<number>(11).fill(0);
    const rewards = Array<number>(21).fill(0);
    for (let i = 0; i < 1_000_000; i += 1) {
      const { feeCents, rewardCents } = drawPrice(randomInt);
      fees[feeCents / 100 - 10]! += 1;
      rewards[rewardCents / 100 - 20]! += 1;
    }
    // An index outside would have made the arrays longer, a part of a dollar a property beside them.
    expect(Object.keys(fees)).toHaveLength(11);
    expect(Object.keys(rewards)).toHaveLength(21);
    expect(Math.min(...fees, ...rewards)).toBeGreaterThan(0);
    return chiSquare(fees) < LIMIT.fee && chiSquare(rewards) < LIMIT.reward;
  };
  // Two good runs in a thousand are beyond the limits: other millions make it one in a hundred million.
  expect(looksFair() || looksFair() || looksFair()).toBe(true);
});

it('a loaded die is found by that test', () => {
  expect(chiSquare([90_000, 91_900, ...Array<number>(9).fill(90_900)])).toBeLessThan(LIMIT.fee);
  expect(chiSquare([88_000, 93_800, ...Array<number>(9).fill(90_900)])).toBeGreaterThan(LIMIT.fee);
});

it('any worker may be drawn, each by its own number; nobody when there is none', () => {
  const workers = ['ada', 'bob', 'cyd'];
  expect([0, 1, 2].map((number) => drawWorker(workers, () => number))).toEqual(workers);
  expect(drawWorker([], randomInt)).toBeNull();
});

const at = { id: 't', now: new Date('2026-11-23T10:00:00.000Z'), createdBy: 'mel', workerIds: ['ada'], dice: () => 0 };

it('a new task is open, priced, and its assignee’s from the first moment', () => {
  expect(newTask({ title: 'Title' }, at)).toEqual({
    ...{ id: 't', title: 'Title', jiraId: null, description: '', status: 'open', userId: 'ada', version: 1 },
    ...{ feeCents: 1_000, rewardCents: 2_000, createdBy: 'mel', createdAt: at.now, assignedAt: at.now, closedAt: null },
  });
  expect(newTask({ title: 'Title' }, { ...at, workerIds: [] })).toBeNull();
});

it('a worker never sees an amount that is not own; everyone else sees all', () => {
  const roles = fc.constantFrom('worker', 'manager', 'accountant', 'executive', 'admin', 'service');
  fc.assert(
    fc.property(roles, fc.constantFrom('ada', 'bob'), (role, id) => {
      const task = newTask({ title: 'Title' }, at);
      if (!task) throw new Error('no task');
      const view = viewFor({ id, role }, task);
      const sees = role !== 'worker' || id === 'ada';
      expect('feeCents' in view).toBe(sees);
      expect('rewardCents' in view).toBe(sees);
    }),
  );
});

const task = newTask({ title: 'Title' }, at) as Task;
const later = new Date('2026-11-23T11:00:00.000Z');

it('an open task may go to the same worker again; its price stays and its version counts', () => {
  const again = reassign(task, { now: later, workerIds: ['ada'], dice: () => 0 });
  expect(again).toEqual({ ...task, assignedAt: later, version: 2 });
  expect(reassign(task, { now: later, workerIds: [], dice: () => 0 })).toBe('no-active-worker');
});

it('only its assignee closes a task, once; a closed one is given to nobody', () => {
  expect(closeTask(task, { userId: 'bob', now: later })).toBe('not-the-assignee');
  const closed = closeTask(task, { userId: 'ada', now: later });
  expect(closed).toEqual({ ...task, status: 'closed', closedAt: later, version: 2 });
  expect(closeTask(closed as Task, { userId: 'ada', now: later })).toBe('task-closed');
  expect(closeTask(closed as Task, { userId: 'bob', now: later })).toBe('not-the-assignee');
  expect(reassign(closed as Task, { now: later, workerIds: ['ada'], dice: () => 0 })).toBe('task-closed');
});
