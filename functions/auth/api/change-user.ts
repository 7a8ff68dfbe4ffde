import { Uuid } from '#contracts/fields';
import { User, UserChanges } from '#contracts/rest/auth';
import { AppError, invalid } from '#platform/errors';
import { command } from '#platform/route';
import { isCommonPassword } from '../common-passwords.ts';
import { revokeSessions } from '../db/sessions.ts';
import { userAgentOf } from '../db/sign-ins.ts';
import { lockUserAndAdmins, updateUser, userById } from '../db/users.ts';
import { endsSessions, leavesNoAdmin, mayChange } from '../domain/change-user.ts';
import { viewFor } from '../domain/user-view.ts';
import { hashPassword } from '../password.ts';
import { checkPassword } from '../password-check.ts';

export const changeUser = command({
  method: 'PATCH',
  path: '/api/auth/users/{id}',
  summary: 'Change a user: an admin anything of anybody, others their own locale and password.',
  roles: 'any',
  params: { id: Uuid },
  body: UserChanges,
  answers: { 200: User },
  refusals: ['role-not-allowed', 'last-admin', 'too-many-sign-ins'],
  async prepare({ params, body, user: by, address, headers, database }) {
    const user = await database.read((db) => userById(db, params.id));
    if (!user) throw new AppError('not-found');
    if (!mayChange(by, params.id, body)) throw new AppError('role-not-allowed');
    const { password, currentPassword } = body;
    if (password === undefined && currentPassword === undefined) return null;
    if (password !== undefined && isCommonPassword(password))
      throw invalid('/password', 'is one of the first that anybody would guess');
    if (by.role !== 'admin') {
      if (currentPassword === undefined) throw invalid('/currentPassword', 'is missing');
      const tried = { email: user.email, password: currentPassword, address, userAgent: userAgentOf(headers) };
      if (!(await checkPassword(database, tried))) throw invalid('/currentPassword', 'is not your password');
    }
    return password === undefined ? null : hashPassword(password);
  },
  async run({ params, body, user: by, prepared: passwordHash, tx, now }) {
    const { user, admins } = await lockUserAndAdmins(tx, params.id);
    if (!user) throw new AppError('not-found');

    if (leavesNoAdmin(user, body, admins)) throw new AppError('last-admin');

    const { name = user.name, role = user.role, status = user.status, locale = user.locale } = body;
    const changed = { name, role, status, locale, passwordHash: passwordHash ?? user.passwordHash };
    await updateUser(tx, user.id, changed);
    if (endsSessions(user, body)) await revokeSessions(tx, user.id, await now());
    return viewFor(by, { ...user, ...changed });
  },
});
