import { useRef } from 'preact/hooks';
import type { OpsStatus, PartStatus, QueueStatus } from '#contracts/rest/ops';
import { dateTime } from '../ui/formats.ts';
import { Table } from '../ui/List.tsx';
import { Status, type Tone } from '../ui/Status.tsx';
import { Fact } from './fact.tsx';
import { t } from './texts.ts';

const TONES: Readonly<Record<PartStatus['state'], Tone>> = { ready: 'good', 'not-ready': 'bad', away: 'bad' };
/** Events that services have told leave within a second; where they wait for longer somebody should look. */
const LATE_SECONDS = 60;

/** What is not well, by name; broker, databases and outboxes; and what waits in each queue. */
export function Health({ status, choose }: { status: OpsStatus; choose(functionName: string): void }) {
  const parked = status.queues.reduce((sum, { deadLetters }) => sum + (deadLetters ?? 0), 0);
  const unwell = troublesOf(status, parked);
  return (
    <section class="card" aria-labelledby="queues">
      <p role="status">
        <Status tone={unwell ? 'bad' : 'good'}>{unwell ? t('notAllWork', { names: unwell }) : t('allWork')}</Status>{' '}
        {parked > 0 && <Parked name="" count={parked} choose={choose} />}
      </p>
      <dl class="facts small">
        <Fact name={t('broker')}>
          <State state={status.broker} />
        </Fact>
        {status.databases.map(({ service, state }) => (
          <Fact key={service} name={t('database', { service })}>
            <State state={state} />
          </Fact>
        ))}
        {status.outboxes.map(({ service, oldestSeconds }) => (
          <Fact key={service} name={t('outbox', { service })}>
            {oldestSeconds > 0 ? t('oldest', { age: oldestSeconds }) : t('nothingWaits')}
          </Fact>
        ))}
      </dl>
      <h2 id="queues">{t('queues')}</h2>
      <Table texts={[t('function'), t('state'), t('events')]} actions>
        {status.queues.map((queue) => (
          <QueueRow key={queue.function} queue={queue} choose={choose} />
        ))}
      </Table>
    </section>
  );
}

/** Every function and connector, as it tells of itself. */
export function Parts({ status }: { status: OpsStatus }) {
  const rateOf = useRates(status);
  return (
    <section class="card" aria-labelledby="parts">
      <h2 id="parts">{t('parts')}</h2>
      <Table texts={[t('part'), t('state'), t('work')]}>
        {status.parts.map((part) => (
          <tr key={part.name}>
            <td class="text">
              {part.name} <span class="soft small">{part.version}</span>
            </td>
            <td>
              <State state={part.state} />
            </td>
            <td class="soft small">{workOf(part, rateOf(part))}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

/** How something is; null where nobody can tell. */
const State = ({ state }: { state: PartStatus['state'] | null }) => (
  <Status tone={state ? TONES[state] : 'idle'}>{t(state ? `state_${state}` : 'unknown')}</Status>
);

function QueueRow({ queue, choose }: { queue: QueueStatus; choose(functionName: string): void }) {
  const { function: name, depth, held, oldestHeldSeconds, deadLetters } = queue;
  const [tone, state] = readingOf(queue);
  const waiting = listed([
    depth !== null && t('depth', { depth }),
    held && t('held', { held }),
    held && oldestHeldSeconds && t('oldest', { age: oldestHeldSeconds }),
  ]);
  return (
    <tr>
      <td class="text">{name}</td>
      <td>
        <Status tone={tone}>{t(state)}</Status>
      </td>
      <td class="soft small">{waiting}</td>
      <td class="number">
        {deadLetters ? (
          <Parked name={name} count={deadLetters} choose={choose} />
        ) : (
          <span class="soft">{t('parked', { count: deadLetters ?? '?' })}</span>
        )}
      </td>
    </tr>
  );
}

/** How many events are parked, of a function or of all; it leads to them. */
const Parked = ({ name, count, choose }: { name: string; count: number; choose(functionName: string): void }) => (
  <a
    href={`?function=${name}`}
    onClick={(event) => {
      event.preventDefault();
      choose(name);
      document.getElementById('dead')?.focus();
    }}
  >
    {t('parked', { count })}
  </a>
);

function readingOf({ functionAway, consumers }: QueueStatus) {
  if (functionAway) return ['bad', 'queue_away'] as const;
  if (consumers === null) return ['idle', 'queue_unknown'] as const;
  return consumers > 0 ? (['good', 'queue_read'] as const) : (['bad', 'queue_unread'] as const);
}

/** By name, each once; what is parked waits for somebody, and for nobody else it is done. */
function troublesOf({ parts, queues, outboxes, databases, broker }: OpsStatus, parked: number): string {
  const troubles = new Set([
    broker !== 'ready' && t('broker'),
    ...databases.map(({ service, state }) => state === 'away' && t('database', { service })),
    ...parts.map(({ name, state }) => state !== 'ready' && name),
    ...queues.map(({ function: name, functionAway }) => functionAway && name),
    ...outboxes.map(({ service, oldestSeconds }) => oldestSeconds > LATE_SECONDS && t('outbox', { service })),
    parked > 0 && t('deadLetters'),
  ]);
  return listed([...troubles]);
}

const FIGURES = ['instances', 'requests', 'inFlight', 'errors', 'p95Ms', 'alarms'] as const;

/** What there is to say of a part: one instance, and whatever never happened, are not worth a word. */
function workOf(part: PartStatus, rate: number): string {
  const { lastError } = part;
  return listed([
    ...FIGURES.map((name) => {
      const figure = part[name] ?? 0;
      return figure > Number(name === 'instances') && t(name, { [name]: figure, rate });
    }),
    lastError && t('lastError', { ...lastError, at: dateTime(lastError.at) }),
  ]);
}

const listed = (words: readonly unknown[]): string => words.filter(Boolean).join(', ');

/** Requests a second of a part, between the last two answers; none that goes back, for it was started again. */
function useRates(status: OpsStatus): (part: PartStatus) => number {
  const seen = useRef([status, status] as const);
  if (seen.current[1].at !== status.at) seen.current = [seen.current[1], status];
  const [before] = seen.current;
  const seconds = (Date.parse(status.at) - Date.parse(before.at)) / 1_000 || 1;
  return ({ name, requests }) => {
    const then = before.parts.find((part) => part.name === name)?.requests ?? requests;
    return Math.max(0, (requests ?? 0) - (then ?? 0)) / seconds;
  };
}
