import { useEffect, useState } from 'preact/hooks';
import type { DeadLetter, QueueStatus } from '#contracts/rest/ops';
import { Select } from '../ui/Field.tsx';
import { Later } from '../ui/Later.tsx';
import { List, Table } from '../ui/List.tsx';
import { filteredPath, type Query, useLiveList } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { ReplayAll } from './replay-all.tsx';
import { t } from './texts.ts';

export const PATH = '/api/ops/dead-letters';
/** A look counts as a delivery: letters are asked for anew when their number has changed, not every few seconds. */
export const SELDOM_MS = 3_600_000;

/** «Отложенные события»: what functions could not handle, why, and what to do with it. */
export function DeadLetters({ queues, query, change }: { queues: readonly QueueStatus[] } & Query) {
  const [told, setTold] = useState('');
  const chosen = query.get('function') ?? '';
  const path = filteredPath(PATH, query, ['function']);
  const letters = useLiveList<DeadLetter>(path, SELDOM_MS);
  const open = query.get('letter');
  const counted = queues.filter((queue) => !chosen || queue.function === chosen).map(({ deadLetters }) => deadLetters);
  const count = counted.includes(null) ? null : counted.reduce<number>((sum, one) => sum + (one ?? 0), 0);

  useEffect(() => {
    if (count !== null) letters.reload();
  }, [count]);

  const acted = (text: string) => {
    setTold(text);
    change({ letter: '' });
    letters.reload();
    document.getElementById('dead')?.focus();
  };

  return (
    <section class="card" aria-labelledby="dead">
      <h2 id="dead" tabIndex={-1}>
        {t('deadLetters')}
      </h2>
      <p class="soft small">{t('deadLettersHint')}</p>
      <div role="status">{told && <p class="notice">{told}</p>}</div>
      {open && (
        <Later
          key={open}
          draw={(parts: typeof import('./later.tsx'), at) =>
            parts.letter(at, { id: open, acted, close: () => change({ letter: '' }) })
          }
        />
      )}
      <div class="row filters">
        <Select
          label={t('function')}
          value={chosen}
          options={[['', t('anyFunction')], ...queues.map((queue) => [queue.function, queue.function] as const)]}
          choose={(name) => change({ function: name, letter: '' })}
        />
      </div>
      {count ? <ReplayAll key={path} count={count} path={path} functionName={chosen} done={acted} /> : null}
      <List list={letters} none={t('none')}>
        {(found) => (
          <Table texts={[t('event'), t('parkedAt'), t('reason')]}>
            {found.map((letter) => (
              <Row key={letter.id} letter={letter} open={() => change({ letter: letter.id })} />
            ))}
          </Table>
        )}
      </List>
    </section>
  );
}

function Row({ letter: { id, parkedAt, function: name, type, reason }, open }: RowProps) {
  return (
    <tr>
      <td class="text">
        <a
          href={`?letter=${id}`}
          onClick={(event) => {
            event.preventDefault();
            open();
          }}
        >
          {type ?? t('letter')}
        </a>{' '}
        <span class="soft small">{name}</span>
      </td>
      <td>{parkedAt && <Time at={parkedAt} />}</td>
      <td class="text whole">{reason}</td>
    </tr>
  );
}

interface RowProps {
  readonly letter: DeadLetter;
  open(): void;
}
