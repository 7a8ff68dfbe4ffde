import { useState } from 'preact/hooks';
import type { Role, User, UserChanges } from '#contracts/rest/auth';
import { command, type Refused } from '../ui/client.ts';
import { Search, Select } from '../ui/Field.tsx';
import { Filters } from '../ui/Filters.tsx';
import { List, Table } from '../ui/List.tsx';
import { LongBody } from '../ui/LongBody.tsx';
import { filteredPath, useLiveList, useQuery } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { LiveMark, ProblemNotice } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { AddUser } from './add-user.tsx';
import { NewPassword } from './new-password.tsx';
import { ROLES } from './roles.ts';
import { t } from './texts.ts';

type Save = (user: User, changes: UserChanges) => Promise<void>;

const FILTERS = ['q', 'role', 'status'];

/** Who may be here, for admins: another role, status or password takes effect everywhere within a minute. */
function Users() {
  const [query, change] = useQuery();
  const [asked, setAsked] = useState<User | null>(null);
  const [told, setTold] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const users = useLiveList<User>(filteredPath('/api/auth/users', query, FILTERS));

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
        <Filters names={FILTERS} {...{ query, change }}>
          <Search label={t('search')} value={query.get('q') ?? ''} search={(q) => change({ q })} />
          <Select
            label={t('role')}
            value={query.get('role') ?? ''}
            options={[['', t('anyRole')], ...ROLES.map((role) => [role, t(`role_${role}`)] as const)]}
            choose={(role) => change({ role })}
          />
          <Select
            label={t('status')}
            value={query.get('status') ?? ''}
            options={[
              ['', t('anyStatus')],
              ['active', t('active')],
              ['disabled', t('disabled')],
            ]}
            choose={(status) => change({ status })}
          />
        </Filters>
        <div role="status">{told && <p class="notice">{told}</p>}</div>
        {refused && <ProblemNotice error={refused} />}
        <List list={users} none={t('none')}>
          {(found) => (
            <Table texts={[t('name'), t('role'), t('status'), t('lastSeen')]} actions body={LongBody}>
              {found.map((user) => (
                <UserRow key={user.id} user={user} save={save} askPassword={() => setAsked(user)} />
              ))}
            </Table>
          )}
        </List>
      </section>
      {asked && (
        <NewPassword user={asked} save={(password) => void save(asked, { password })} closed={() => setAsked(null)} />
      )}
    </>
  );
}

function UserRow({ user, save, askPassword }: { user: User; save: Save; askPassword(): void }) {
  const { name, email, role, status = 'active', lastSeenAt } = user;
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
      <td class="soft">{lastSeenAt ? <Time at={lastSeenAt} /> : t('notSeen')}</td>
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
