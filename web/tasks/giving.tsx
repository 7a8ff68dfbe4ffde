import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Task } from '#contracts/rest/tasks';
import { newKey, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { money } from '../ui/formats.ts';
import { ProblemNotice } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { t } from './giving-texts.ts';
import { untilAnswered } from './until-answered.ts';

/** One press: under way until it has come to something. */
interface Press {
  readonly task: Task;
  readonly key: string;
  readonly isLost?: boolean;
  readonly given?: Task;
  readonly refused?: Refused;
}

const isUnderWay = ({ given, refused }: Press) => !given && !refused;

export interface Giving {
  /** Asks whether to give this task to somebody else; while it is being given, nothing. */
  ask(task: Task): void;
  isBusy(id: string): boolean;
  /** Takes away what has been told. */
  forget(): void;
  /** The question, and what came of the answers. */
  readonly view: ComponentChildren;
}

/** Gives one task to somebody else, who is charged: so it asks first, is one command a press, and tells what came of it. */
export function useGiving(changed: () => void): Giving {
  const [asked, setAsked] = useState<Press | null>(null);
  const [presses, setPresses] = useState<readonly Press[]>([]);
  const name = useNames(presses.flatMap(({ given }) => given?.userId ?? []));
  const isBusy = (id: string) => presses.some((press) => press.task.id === id && isUnderWay(press));

  async function give(press: Press) {
    const tell = (more: Partial<Press>) =>
      setPresses((old) => old.map((one) => (one.key === press.key ? { ...press, ...more } : one)));
    setPresses((old) => [...old.filter(isUnderWay), press]);
    try {
      const lost = () => tell({ isLost: true });
      tell({ given: await untilAnswered<Task>(`/api/tasks/${press.task.id}/assign`, press.key, lost) });
    } catch (error) {
      tell({ refused: error as Refused });
    }
    changed();
  }

  const told = ({ task: { title, userId }, given, isLost }: Press) => {
    if (!given) return isLost && t('giveLost', { title });
    const values = { title, name: name(given.userId), fee: money(given.feeCents ?? 0) };
    return t(given.userId === userId ? 'givenAgain' : 'given', values);
  };
  const view = (
    <>
      <div class="told">
        <div role="status">{presses.map((press) => told(press) && <p class="notice">{told(press)}</p>)}</div>
        {presses.map(({ key, refused }) => refused && <ProblemNotice key={key} error={refused} />)}
      </div>
      {asked && (
        <Dialog
          title={t('giveTitle')}
          action={t('reassign')}
          act={() => void give(asked)}
          closed={() => setAsked(null)}
        >
          <p>{t('giveAsk', { title: asked.task.title, fee: money(asked.task.feeCents ?? 0) })}</p>
        </Dialog>
      )}
    </>
  );
  return {
    ask: (task) => !isBusy(task.id) && setAsked({ task, key: newKey() }),
    isBusy,
    forget: () => setPresses((old) => old.filter(isUnderWay)),
    view,
  };
}
