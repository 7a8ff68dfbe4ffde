import { expect, it } from 'vitest';
import { createLog } from './log.ts';
import { worker } from './work.ts';

const given = { log: createLog('test', 'silent') } as Parameters<typeof worker>[1];

/** Work whose steps a test ends, one after another. */
function steps() {
  const begun: PromiseWithResolvers<boolean>[] = [];
  const step = () => {
    const step = Promise.withResolvers<boolean>();
    begun.push(step);
    return step.promise;
  };
  return { begun, working: worker({ step }, given) };
}

it('a hint that comes during a step is looked at after it, also where the step fails', async () => {
  for (const end of ['resolve', 'reject'] as const) {
    const { begun, working } = steps();
    working.goOn();
    working.goOn();
    working.goOn();
    if (end === 'resolve') begun[0]?.resolve(false);
    else begun[0]?.reject(new Error('the database is away'));
    await expect.poll(() => begun.length).toBe(2);
    begun[1]?.resolve(false);
    await working.stop();
    expect(begun).toHaveLength(2);
  }
});

it('a step that fails is not repeated without a hint; the next one begins anew', async () => {
  const { begun, working } = steps();
  working.goOn();
  begun[0]?.reject(new Error('the database is away'));
  await new Promise(setImmediate);
  expect(begun).toHaveLength(1);
  working.goOn();
  expect(begun).toHaveLength(2);
  begun[1]?.resolve(false);
  await working.stop();
});

it('asked to stop, it waits for the step under way and begins no other', async () => {
  const { begun, working } = steps();
  working.goOn();
  working.goOn();
  let stopped = false;
  const stopping = working.stop().then(() => {
    stopped = true;
  });
  await new Promise(setImmediate);
  expect(stopped).toBe(false);
  begun[0]?.resolve(true);
  await stopping;
  expect(begun).toHaveLength(1);
});
