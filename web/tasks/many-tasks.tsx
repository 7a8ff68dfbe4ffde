import { useRef, useState } from 'preact/hooks';
import type { NewTask, Task } from '#contracts/rest/tasks';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Title } from './task-row.tsx';
import { t } from './texts.ts';

interface ManyTasksProps {
  readonly tasks: readonly NewTask[];
  added(task: Task): void;
  closed(): void;
}

/** Shows what pasted lines would add before they are added, one command each; what is refused is told and kept. */
export function ManyTasks({ tasks, added, closed }: ManyTasksProps) {
  const [isAsked, setAsked] = useState(true);
  const isBegun = useRef(false);
  const [done, setDone] = useState(0);
  const [refused, setRefused] = useState<{ task: NewTask; error: Refused } | null>(null);
  const keys = useRef(tasks.map(newKey)); // tried again, each task is still added once

  async function addAll() {
    isBegun.current = true;
    setRefused(null);
    for (const [i, task] of tasks.entries()) {
      if (i < done) continue;
      try {
        added(await command<Task>('POST', '/api/tasks', task, keys.current[i]));
      } catch (error) {
        setRefused({ task, error: error as Refused });
        setDone(i);
        return;
      }
      setDone(i + 1);
    }
    closed();
  }

  if (isAsked) {
    return (
      <Dialog
        title={t('addMany', { count: tasks.length })}
        action={t('add')}
        act={() => void addAll()}
        closed={() => (isBegun.current ? setAsked(false) : closed())}
      >
        <ol class="many">
          {tasks.map((task, i) => (
            <li key={i}>
              <Title task={{ jiraId: null, ...task }} />
            </li>
          ))}
        </ol>
      </Dialog>
    );
  }
  return (
    <div role="status">
      <p class="notice">
        {t('addingMany', { done, count: tasks.length })}
        <progress max={tasks.length} value={done} aria-label={t('add')} />
      </p>
      {refused && (
        <>
          <p>
            <Title task={{ jiraId: null, ...refused.task }} />
          </p>
          <ProblemNotice error={refused.error} retry={() => void addAll()} />
        </>
      )}
    </div>
  );
}
