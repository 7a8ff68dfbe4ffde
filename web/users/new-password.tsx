import { useEffect, useRef } from 'preact/hooks';
import type { User } from '#contracts/rest/auth';
import { Field, Submit } from '../ui/Field.tsx';
import { t } from './texts.ts';

/** Asks for one person's new password; it is in the page only while it is typed. */
export function NewPassword({ user, save, close }: { user: User; save(password: string): void; close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const title = t('newPasswordFor', { name: user.name });
  return (
    <dialog ref={dialog} class="card" aria-label={title} onClose={close}>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          save(new FormData(event.currentTarget).get('password') as string);
          dialog.current?.close();
        }}
      >
        <Field label={title}>
          {(control) => (
            <input {...control} name="password" type="password" autoComplete="new-password" minLength={10} required />
          )}
        </Field>
        <div class="head">
          <Submit busy={false}>{t('save')}</Submit>
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>
            {t('cancel')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
