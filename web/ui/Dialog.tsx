import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Submit } from './Field.tsx';
import { t } from './texts.ts';

interface DialogProps {
  readonly title: string;
  /** Says what the main button does. */
  readonly action: string;
  /** Where it gives a promise, the dialog waits for it; and stays where that ends in false, for there is something to mend. */
  act(form: HTMLFormElement): unknown;
  /** It has been closed, by whatever way: draw it no more. */
  closed(): void;
  readonly children: ComponentChildren;
}

/** The second click of a double click must not hit what lies below. */
const DOUBLE_CLICK_MS = 300;

/** What has to be answered first; open for as long as it is drawn. The browser keeps the focus and knows Esc. */
export function Dialog({ title, action, act, closed, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isDone, setDone] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="card" aria-label={title} onClose={closed}>
      <h2>{title}</h2>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          setDone(true);
          const shown = new Promise((done) => setTimeout(done, DOUBLE_CLICK_MS));
          void Promise.all([act(event.currentTarget), shown]).then(([isDone]) =>
            isDone === false ? setDone(false) : close(),
          );
        }}
      >
        {children}
        <div class="head">
          <Submit busy={isDone}>{action}</Submit>
          <button type="button" class="button quiet" onClick={close}>
            {t('notNow')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
