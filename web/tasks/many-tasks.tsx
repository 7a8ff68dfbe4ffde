import { useEffect, useState } from 'preact/hooks';
import type { NewTask, Task } from '#contracts/rest/tasks';
import { newKey, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Submit } from '../ui/Field.tsx';
import { lineOf, tasksIn } from './lines.ts';
import { Title } from './task-row.tsx';
import { t } from './texts.ts';
import { untilAnswered } from './until-answered.ts';

export interface ManyTasksProps {
  readonly tasks: readonly NewTask[];
  added(task: Task): void;
  /** Nothing of this paste is left to do. */
  closed(): void;
}

/** The rest is counted: nobody reads more of them before they are added. */
const MOST_SHOWN = 100;
/** What the server answers where the line is at fault, and not the moment. */
const OF_THE_LINE: readonly number[] = [413, 422];

/** A line that was not added, and why. */
interface Left {
  readonly task: NewTask;
  readonly why: string;
}

/**
 * One paste: shows what its lines would add before they are added, one command each. A refused line keeps no other one
 * back; those that were not added stay, each with its reason, to be corrected and sent again.
 */
export function ManyTasks({ tasks, added, closed }: ManyTasksProps) {
  const [isAsked, setAsked] = useState(true);
  const [count, setCount] = useState(0); // of those that are being added; 0: none yet
  const [done, setDone] = useState(0);
  const [isLost, setLost] = useState(false);
  const [left, setLeft] = useState<readonly Left[] | null>(null);

  async function addAll(lines: readonly NewTask[]) {
    setLeft(null);
    setDone(0);
    setCount(lines.length);
    let others: readonly Left[] = [];
    for (const [i, task] of lines.entries()) {
      try {
        added(await untilAnswered<Task>('/api/tasks', newKey(), () => setLost(true), task));
        setDone(i + 1 - others.length);
      } catch (failure) {
        const error = failure as Refused;
        others = [...others, { task, why: whyOf(error) }];
        if (!OF_THE_LINE.includes(error.status)) {
          // The next one would fare no better now.
          others = [...others, ...lines.slice(i + 1).map((next) => ({ task: next, why: t('notSent') }))];
          break;
        }
      }
      setLost(false);
    }
    setLeft(others);
  }
  const isOver = !isAsked && left?.length === 0; // the dialog gives the focus back when it closes
  useEffect(() => {
    if (isOver) closed();
  }, [isOver]);

  const isRunning = count > 0 && left === null;
  useEffect(() => {
    if (count === 0) return;
    const ask = (event: Event) => event.preventDefault(); // the browser asks whether to leave them behind
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [count]);

  return (
    <>
      {isAsked && (
        <Dialog
          title={t('addMany', { count: tasks.length })}
          action={t('add')}
          act={() => void addAll(tasks)}
          closed={() => (count > 0 ? setAsked(false) : closed())}
        >
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
          <ol class="many" tabIndex={0}>
            {tasks.slice(0, MOST_SHOWN).map((task, i) => (
              <li key={i}>
                <Title task={{ jiraId: null, ...task }} />
              </li>
            ))}
          </ol>
          {tasks.length > MOST_SHOWN && <p class="soft">{t('andMore', { count: tasks.length - MOST_SHOWN })}</p>}
        </Dialog>
      )}
      <div role="status">
        {isRunning && (
          <p class="notice">
            {t('addingMany', { done, count })}
            <progress max={count} value={done} aria-label={t('add')} />
            {isLost && t('addLost')}
          </p>
        )}
        {left?.[0] && <p class="notice warn">{t('leftMany', { done, count })}</p>}
      </div>
      {left?.[0] && <LeftLines left={left} addAll={addAll} closed={closed} />}
    </>
  );
}

interface LeftLinesProps extends Pick<ManyTasksProps, 'closed'> {
  readonly left: readonly Left[];
  addAll(tasks: readonly NewTask[]): void;
}

/** What was not added of a paste: why, and once more as lines. */
function LeftLines({ left, addAll, closed }: LeftLinesProps) {
  const [id] = useState(newKey); // a later part has a Preact of its own: its `useId` begins anew, with ids of the page's
  const [lines, setLines] = useState(left.map(({ task }) => lineOf(task)).join('\n'));
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        const tasks = tasksIn(lines);
        if (tasks.length > 0) addAll(tasks);
        else closed();
      }}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <ul class="many" tabIndex={0}>
        {left.map(({ task, why }, i) => (
          <li key={i}>
            <Title task={{ jiraId: null, ...task }} /> <span class="soft">— {why}</span>
          </li>
        ))}
      </ul>
      <div class="field">
        <label for={id}>{t('leftLines')}</label>
        <textarea
          id={id}
          rows={Math.min(left.length + 1, 10)}
          value={lines}
          onInput={(event) => setLines(event.currentTarget.value)}
        />
      </div>
      <div class="head">
        <Submit busy={false}>{t('add')}</Submit>
        <button type="button" class="button quiet" onClick={closed}>
          {t('dropLines')}
        </button>
      </div>
    </form>
  );
}

function whyOf(error: Refused): string {
  if (!error.problem.errors) return error.message;
  return t(error.fieldError('/jiraId') ? 'invalid_jiraId' : 'invalid_title');
}
