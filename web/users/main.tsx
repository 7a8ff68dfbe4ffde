import { useRef, useState } from 'preact/hooks';
import type { Role, User } from '#contracts/rest/auth';
import { hasRole } from '../ui/choices.ts';
import { Search, Select } from '../ui/Field.tsx';
import { Filters } from '../ui/Filters.tsx';
import { List, Table } from '../ui/List.tsx';
import { LongBody } from '../ui/LongBody.tsx';
import { filteredPath, useLiveList, useQuery } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { LiveMark } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { AddUser } from './add-user.tsx';
import { NewPassword, NewRole, NewStatus } from './change.tsx';
import { ROLES } from './roles.ts';
import { t } from './texts.ts';

/** Who there is; for admins, who may change it, what is the servers' alone too: another role, status or password takes effect everywhere within a minute. */
function Users() {
  const [query, change] = useQuery();
  const [told, setTold] = useState('');
  const isAdmin = hasRole('admin');
  const filters = ['q', 'role', ...(isAdmin ? ['status'] : [])]; // others are told of active users only
  const users = useLiveList<User>(filteredPath('/api/auth/users', query, filters));
  const tell = (text: string) => {
    setTold(text);
    users.reload();
  };

  return (
    <>
      <LiveMark live={users} />
      {isAdmin && <AddUser added={(name) => tell(t('added', { name }))} />}
      <section class="card">
        <Filters names={filters} {...{ query, change }}>
          <Search
            label={t(isAdmin ? 'search' : 'searchName')}
            value={query.get('q') ?? ''}
            search={(q) => change({ q })}
          />
          <Select
            label={t('role')}
            value={query.get('role') ?? ''}
            options={[['', t('anyRole')], ...ROLES.map((role) => [role, t(`role_${role}`)] as const)]}
            choose={(role) => change({ role })}
          />
          {isAdmin && (
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
          )}
        </Filters>
        <div role="status">{told && <p class="notice">{told}</p>}</div>
        <List list={users} none={t('none')}>
          {(found) => (
            <Table
              texts={[t('name'), t('role'), ...(isAdmin ? [t('status'), t('lastSeen')] : [])]}
              actions={isAdmin}
              body={LongBody}
            >
              {found.map((user) =>
                isAdmin ? (
                  <UserRow key={user.id} user={user} saved={() => tell(t('changed', { name: user.name }))} />
                ) : (
                  <tr key={user.id}>
                    <td class="text">{user.name}</td>
                    <td>{t(`role_${user.role}`)}</td>
                  </tr>
                ),
              )}
            </Table>
          )}
        </List>
      </section>
    </>
  );
}

/** A role that is chosen is only looked at: arrow keys pass by others on the way to it. */
function UserRow({ user, saved }: { user: User; saved(): void }) {
  const { name, email, role, status = 'active', lastSeenAt } = user;
  const [picked, pick] = useState({ of: role, role });
  const chosen = picked.of === role ? picked.role : role; // once it has changed, what was picked before is over
  const choose = (next: Role) => pick({ of: role, role: next });
  const [asked, ask] = useState<'' | 'role' | 'status' | 'password'>('');
  const select = useRef<HTMLSelectElement>(null);
  const dialog = {
    ...{ user, saved },
    closed() {
      if (asked === 'role') {
        select.current?.focus(); // its button goes
        choose(role);
      }
      ask('');
    },
  };
  const toggle = status === 'active' ? 'disable' : 'enable';
  return (
    <tr>
      <td class="text">
        {name} <span class="soft small">{email}</span>
      </td>
      <td>
        <div class="field">
          <select
            ref={select}
            aria-label={t('roleNamed', { name })}
            value={chosen}
            onInput={(event) => choose(event.currentTarget.value as Role)}
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {t(`role_${one}`)}
              </option>
            ))}
          </select>
          {chosen !== role && (
            <button
              type="button"
              class="button"
              aria-label={t('changeRoleNamed', { name })}
              onClick={() => ask('role')}
            >
              {t('changeRole')}
            </button>
          )}
        </div>
      </td>
      <td class="soft">{t(status)}</td>
      <td class="soft">{lastSeenAt ? <Time at={lastSeenAt} /> : t('notSeen')}</td>
      <td class="number">
        <button
          type="button"
          class="button quiet"
          aria-label={t('newPasswordFor', { name })}
          onClick={() => ask('password')}
        >
          {t('newPassword')}
        </button>
        <button
          type="button"
          class="button quiet"
          aria-label={t(`${toggle}Named`, { name })}
          onClick={() => ask('status')}
        >
          {t(toggle)}
        </button>
        {asked === 'role' && <NewRole role={chosen} {...dialog} />}
        {asked === 'status' && <NewStatus {...dialog} />}
        {asked === 'password' && <NewPassword {...dialog} />}
      </td>
    </tr>
  );
}

start(<Users />);
