import type { User } from '#contracts/rest/auth';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { t } from './texts.ts';

/** Asks for one person's new password; it is in the page only while it is typed. */
export function NewPassword({ user, save, closed }: { user: User; save(password: string): void; closed(): void }) {
  const title = t('newPasswordFor', { name: user.name });
  return (
    <Dialog
      title={title}
      action={t('save')}
      act={(form) => save(new FormData(form).get('password') as string)}
      closed={closed}
    >
      <Field label={t('newPassword')}>
        {(control) => (
          <input {...control} name="password" type="password" autoComplete="new-password" minLength={10} required />
        )}
      </Field>
    </Dialog>
  );
}
