import { useRef, useState } from 'preact/hooks';
import type { NewUser, Role } from '#contracts/rest/auth';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { ROLES } from './roles.ts';
import { t } from './texts.ts';

const FIELDS = ['name', 'email', 'password'] as const;
const TYPES = { name: 'text', email: 'email', password: 'password' } as const;

/** The fields keep what was typed when the server refuses one of them. */
export function AddUser({ added }: { added(name: string): void }) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const attempt = useRef({ of: '', key: '' });

  async function add(form: HTMLFormElement) {
    if (busy) return;
    const user = Object.fromEntries(new FormData(form)) as unknown as NewUser;
    // The same user sent again after a lost answer goes out under the same key, and is added once.
    const content = JSON.stringify(user);
    if (attempt.current.of !== content) attempt.current = { of: content, key: newKey() };
    setBusy(true);
    setRefused(null);
    try {
      await command('POST', '/api/auth/users', user, attempt.current.key);
      form.reset();
      added(user.name);
    } catch (error) {
      setRefused(error as Refused);
    }
    setBusy(false);
  }

  return (
    <details class="card">
      <summary>{t('add')}</summary>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void add(event.currentTarget);
        }}
      >
        {refused && !refused.problem.errors && <ProblemNotice error={refused} />}
        {FIELDS.map((name) => (
          <Field key={name} label={t(name)} error={refused?.fieldError(`/${name}`) && t(`invalid_${name}`)}>
            {(control) => (
              <input
                {...control}
                name={name}
                type={TYPES[name] as 'text'}
                required
                autoComplete="off"
                maxLength={300}
              />
            )}
          </Field>
        ))}
        <Field label={t('role')}>
          {(control) => (
            <select {...control} name="role">
              {ROLES.map((role: Role) => (
                <option key={role} value={role}>
                  {t(`role_${role}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Submit busy={busy}>{t('add')}</Submit>
      </form>
    </details>
  );
}
