import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DeadLetter } from '#contracts/rest/ops';
import { AppError } from '#platform/errors';
import { createLog } from '#platform/log';
import { actOnAll, findLetter, listLetters } from '../functions/connectors/ops/dead-letters.ts';
import { type DeadQueues, openDeadQueues, withBroker } from '../functions/connectors/ops/dead-queues.ts';
import { readSubscriptions } from '../functions/connectors/queue/subscriptions.ts';
import { root } from '../scripts/build.ts';
import type { Run } from './system.ts';

export const DEAD_USAGE = [
  'dead list [FUNCTION]',
  'dead show ID',
  'dead replay ID | --function NAME',
  'dead drop ID | --function NAME  --reason TEXT',
];

/**
 * `npm run ates -- dead ...`: what the part ops does, for whoever has the data folder; straight at the broker, so that
 * it works while ops is away. Drops and replays are logged where those of ops are.
 * @throws RangeError when it is not used as it is meant.
 */
export async function dead(args: readonly string[], run: Run, dataDir: string): Promise<void> {
  const options = { function: { type: 'string' }, reason: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [what = '', target, ...more] = positionals;
  const all = readSubscriptions(join(root, 'stack.yml')).map((each) => each.function);
  const named = what === 'list' ? target : values.function;
  if (named !== undefined && !all.includes(named)) {
    throw new RangeError(`${named} hears no events. These do: ${all.join(', ')}.`);
  }
  const why = values.reason?.trim() ?? null;
  const isAct = what === 'replay' || what === 'drop';
  const fits =
    more.length === 0 &&
    (what === 'list' || (what === 'show' && target !== undefined) || isAct) &&
    (!isAct || (target === undefined) !== (values.function === undefined)) &&
    (isAct || values.function === undefined) &&
    (what === 'drop' ? why !== null && why !== '' : why === null);
  if (!fits) throw new RangeError(`Usage: npm run ates -- ${DEAD_USAGE.join('\n       npm run ates -- ')}`);

  const work = async (queues: DeadQueues) => {
    if (what === 'list') return showList(await listLetters(queues, named ? [named] : all));
    if (!isAct) return console.log(JSON.stringify(await findLetter(queues, all, target as string), null, 2));
    const log = createLog('ops', 'info', join(dataDir, 'log/ops.log'));
    const act = { fate: what, by: `command line, ${userInfo().username}`, why } as const;
    const done = named
      ? await actOnAll(queues, named, act, log)
      : await findLetter(queues, all, target as string, act, log).then(() => 1);
    console.log(`${what === 'drop' ? 'dropped' : 'replayed'} ${done}`);
  };
  try {
    await withBroker(run.amqpUrl, async (connection) => work(await openDeadQueues(connection)));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'not-found') throw new RangeError(`There is no dead letter ${target}.`);
    throw new Error(error.extra.detail ?? 'Somebody else is reading the dead letters: try again.');
  }
}

function showList({ letters, total, beyond }: Awaited<ReturnType<typeof listLetters>>): void {
  const line = ({ id, function: name, parkedAt, attempts, type, reason }: DeadLetter) => [
    id,
    name.padEnd(20),
    parkedAt ?? '-'.padEnd(24),
    String(attempts ?? '-').padStart(2),
    type ?? '-',
    reason ?? '-',
  ];
  // What a message says of itself must not steer the terminal.
  for (const letter of letters)
    console.log(
      line(letter)
        .join('  ')
        .replaceAll(/\p{Cc}/gu, '?'),
    );
  console.log(`${total} dead letters${beyond > 0 ? `, ${beyond} of them not looked at: too many` : ''}`);
}
