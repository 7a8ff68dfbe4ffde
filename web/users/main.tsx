import { useState } from 'preact/hooks';
import type { Role, User, UserChanges } from '#contracts/rest/auth';
import { command, type Refused } from '../ui/client.ts';
import { Field, Search } from '../ui/Field.tsx';
import { useLiveList, useQuery } from '../ui/live.ts';
import { Empty, LiveMark, Loading, ProblemNotice } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { AddUser } from './add-user.tsx';
import { NewPassword } from './new-password.tsx';
import { ROLES } from './roles.ts';
import { t } from './texts.ts';

type Save = (user: User, changes: UserChanges) => Promise<void>;

/** Who may be here, for admins: another role, status or password takes effect everywhere within a minute. */
function Users() {
  const [query, change] = useQuery();
  const [asked, setAsked] = useState<User | null>(null);
  const [told, setTold] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const filters = new URLSearchParams(
    [...query].filter(([name, value]) => ['q', 'role', 'status'].includes(name) && value),
  );
  const users = useLiveList<User>(`/api/auth/users${filters.size > 0 ? `?${filters}` : ''}`);

  async function save(user: User, changes: UserChanges) {
    setTold('');
    setRefused(null);
    try {
      await command<User>('PATCH', `/api/auth/users/${user.id}`, changes);
      setTold(t('changed', { name: user.name }));
    } catch (error) {
      setRefused(error as Refused);
    }
    users.reload();
  }

  const select = (
    name: 'role' | 'status',
    any: string,
    values: readonly string[],
    textOf: (value: string) => string,
  ) => (
    <Field label={t(name)}>
      {(control) => (
        <select
          {...control}
          value={query.get(name) ?? ''}
          onInput={(event) => change({ [name]: event.currentTarget.value })}
        >
          <option value="">{any}</option>
          {values.map((value) => (
            <option key={value} value={value}>
              {textOf(value)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );

  return (
    <>
      <LiveMark live={users} />
      <AddUser
        added={(name) => {
          setTold(t('added', { name }));
          users.reload();
        }}
      />
      <section class="card">
        <div class="row filters">
          <Search label={t('search')} value={query.get('q') ?? ''} search={(q) => change({ q })} />
          {select('role', t('anyRole'), ROLES, (role) => t(`role_${role as Role}`))}
          {select('status', t('anyStatus'), ['active', 'disabled'], (status) => t(status as 'active'))}
        </div>
        <div role="status">{told && <p class="notice">{told}</p>}</div>
        {refused && <ProblemNotice error={refused} />}
        {users.error && !users.data && <ProblemNotice error={users.error} retry={users.reload} />}
        {!users.error && !users.data && <Loading />}
        {users.data?.length === 0 && <Empty>{t('none')}</Empty>}
        {users.data && users.data.length > 0 && (
          <div class="scroll">
            <table class="stack">
              <thead>
                <tr>
                  <th>{t('name')}</th>
                  <th>{t('role')}</th>
                  <th>{t('status')}</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {users.data.map((user) => (
                  <UserRow key={user.id} user={user} save={save} askPassword={() => setAsked(user)} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {users.more && (
          <button type="button" class="button" onClick={users.more}>
            {t('more')}
          </button>
        )}
      </section>
      {asked && (
        <NewPassword user={asked} save={(password) => void save(asked, { password })} close={() => setAsked(null)} />
      )}
    </>
  );
}

function UserRow({ user, save, askPassword }: { user: User; save: Save; askPassword(): void }) {
  const { name, email, role, status = 'active' } = user;
  const isActive = status === 'active';
  return (
    <tr>
      <td class="text">
        {name} <span class="soft small">{email}</span>
      </td>
      <td>
        <div class="field">
          <select
            aria-label={t('roleNamed', { name })}
            value={role}
            onInput={(event) => save(user, { role: event.currentTarget.value as Role })}
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {t(`role_${one}`)}
              </option>
            ))}
          </select>
        </div>
      </td>
      <td class="soft">{t(status)}</td>
      <td class="number">
        <button type="button" class="button quiet" aria-label={t('newPasswordFor', { name })} onClick={askPassword}>
          {t('newPassword')}
        </button>
        <button
          type="button"
          class="button quiet"
          aria-label={t(isActive ? 'disableNamed' : 'enableNamed', { name })}
          onClick={() => save(user, { status: isActive ? 'disabled' : 'active' })}
        >
          {t(isActive ? 'disable' : 'enable')}
        </button>
      </td>
    </tr>
  );
}

start(<Users />);
