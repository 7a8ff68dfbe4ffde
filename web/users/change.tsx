import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { User, UserChanges } from '#contracts/rest/auth';
import { command, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { t } from './texts.ts';

interface ChangeProps {
  readonly user: User;
  readonly title: string;
  /** Says what the main button does. */
  readonly action: string;
  changes(form: HTMLFormElement): UserChanges;
  saved(): void;
  closed(): void;
  /** Gets what was wrong with the password, if that was it. */
  children(wrong: string | undefined): ComponentChildren;
}

/** Says what a change of somebody means before it is made; what was refused is told in it, to be mended. */
export function Change({ user, title, action, changes, saved, closed, children }: ChangeProps) {
  const [refused, setRefused] = useState<Refused | null>(null);
  const wrong = refused?.fieldError('/password') && t('invalid_password');
  const save = (form: HTMLFormElement) => {
    setRefused(null);
    return command<User>('PATCH', `/api/auth/users/${user.id}`, changes(form)).then(
      () => {
        saved();
        return true;
      },
      (error: Refused) => {
        setRefused(error);
        return false;
      },
    );
  };
  return (
    <Dialog act={save} {...{ title, action, closed }}>
      {children(wrong)}
      {refused && !wrong && <ProblemNotice error={refused} />}
    </Dialog>
  );
}

type OneChangeProps = Pick<ChangeProps, 'user' | 'saved' | 'closed'>;

/** The password is in the page only while it is typed. */
export const NewPassword = (props: OneChangeProps) => (
  <Change
    {...props}
    title={t('newPasswordFor', { name: props.user.name })}
    action={t('save')}
    changes={(form) => ({ password: new FormData(form).get('password') as string })}
  >
    {(wrong) => (
      <Field label={t('password')} error={wrong}>
        {(control) => (
          <input {...control} name="password" type="password" autoComplete="new-password" minLength={10} required />
        )}
      </Field>
    )}
  </Change>
);

export function NewStatus(props: OneChangeProps) {
  const { name, status } = props.user;
  const action = status === 'disabled' ? 'enable' : 'disable';
  return (
    <Change
      {...props}
      title={t(`${action}Named`, { name })}
      action={t(action)}
      changes={() => ({ status: action === 'enable' ? 'active' : 'disabled' })}
    >
      {() => <p>{t(`${action}Ask`, { name })}</p>}
    </Change>
  );
}

export function NewRole({ role, ...props }: OneChangeProps & { role: Required<UserChanges>['role'] }) {
  const { name } = props.user;
  return (
    <Change {...props} title={t('changeRoleNamed', { name })} action={t('changeRole')} changes={() => ({ role })}>
      {() => <p>{t('changeRoleAsk', { name, role: t(`role_${role}`) })}</p>}
    </Change>
  );
}
