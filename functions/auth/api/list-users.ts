import Type from 'typebox';
import { Role, UserStatus, Users } from '#contracts/rest/auth';
import { invalid } from '#platform/errors';
import { idsIn, idsQuery, pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { lastSeenOf } from '../db/sessions.ts';
import { usersByName } from '../db/users.ts';
import { viewFor } from '../domain/user-view.ts';

/** «Список исполнителей»: with `role=worker`. By name; `ids` gives disabled users too, so that everybody can be named. */
export const listUsers = query({
  path: '/api/auth/users',
  summary:
    'Users by name: active ones; for admins and services all of them with all fields, for admins also when each was last seen.',
  roles: 'any',
  query: {
    ...pageQuery,
    role: Role,
    status: UserStatus,
    ids: idsQuery(),
    q: Type.String({ minLength: 1, maxLength: 100, description: 'a part of the name (admin: or e-mail), in any case' }),
  },
  answers: { 200: Users },
  async run({ query, user: reader, db }) {
    const page = pageOf('users', reader, query, { name: 'text', id: 'text' });
    const seesAll = reader.role === 'admin' || reader.role === 'service';
    const ids = idsIn(query, 'ids');
    // Whether somebody is disabled is not for everybody.
    if (query.status && ids && !seesAll) throw invalid('?status', 'cannot be asked of ids');

    const filter = { ...query, ids, onlyActive: !seesAll && !ids, mayFindEmail: seesAll };
    const rows = await usersByName(db, filter, page.after, page.limit + 1);

    const { items, nextCursor } = page.of(rows);
    if (reader.role !== 'admin') return { items: items.map((row) => viewFor(reader, row)), nextCursor };
    const seen = await lastSeenOf(
      db,
      items.map(({ id }) => id),
    );
    const lastSeenAt = (id: string) => seen.get(id)?.toISOString() ?? null;
    return { items: items.map((row) => ({ ...viewFor(reader, row), lastSeenAt: lastSeenAt(row.id) })), nextCursor };
  },
});
