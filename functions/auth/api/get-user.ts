import { Uuid } from '#contracts/fields';
import { User } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { query } from '#platform/route';
import { userById } from '../db/users.ts';
import { viewFor } from '../domain/user-view.ts';

/** «Имя пользователя по id». */
export const getUser = query({
  path: '/api/auth/users/{id}',
  summary: 'A user: id, name and role; all fields for admins and for the user.',
  roles: 'any',
  params: { id: Uuid },
  answers: { 200: User },
  refusals: ['not-found'],
  async run({ params, user: reader, db }) {
    const user = await userById(db, params.id);
    if (!user) throw new AppError('not-found');
    return viewFor(reader, user);
  },
});
