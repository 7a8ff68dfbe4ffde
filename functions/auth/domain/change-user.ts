interface Person {
  readonly id: string;
  readonly role: string;
}

interface Account extends Person {
  readonly status: 'active' | 'disabled';
}

interface Changes {
  readonly name?: string;
  readonly role?: string;
  readonly status?: 'active' | 'disabled';
  readonly password?: string;
  readonly currentPassword?: string;
  readonly locale?: string;
}

/** What people may change of themselves. */
const OWN: readonly string[] = ['locale', 'password', 'currentPassword'];

/** Whether somebody may make these changes; an admin may make any, and everybody some of their own. */
export const mayChange = (by: Person, userId: string, changes: Changes): boolean =>
  by.role === 'admin' || (by.id === userId && Object.keys(changes).every((name) => OWN.includes(name)));

/** Without an active admin nobody could ever become one again. */
export function leavesNoAdmin(user: Account, changes: Changes, activeAdmins: number): boolean {
  const isActiveAdmin = user.role === 'admin' && user.status === 'active';
  const stays = (changes.role ?? user.role) === 'admin' && (changes.status ?? user.status) === 'active';
  return isActiveAdmin && !stays && activeAdmins <= 1;
}

/** Another role, status or password ends what was begun under the old one. */
export const endsSessions = (user: Account, { role, status, password }: Changes): boolean =>
  password !== undefined ||
  (role !== undefined && role !== user.role) ||
  (status !== undefined && status !== user.status);
