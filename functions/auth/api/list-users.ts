import { and, asc, eq, inArray, or, sql } from 'drizzle-orm';
import Type from 'typebox';
import { idsOf } from '#contracts/fields';
import { Role, UserStatus, Users } from '#contracts/rest/auth';
import { invalid } from '#platform/errors';
import { pageOf, pageQuery } from '#platform/paging';
import { query } from '#platform/route';
import { users } from '../db/schema.ts';
import { lastSeenOf } from '../db/sessions.ts';
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
    ids: Type.String({ maxLength: 200 * 37, description: 'up to 200 ids, comma-separated' }),
    q: Type.String({ minLength: 1, maxLength: 100, description: 'a part of the name (admin: or e-mail), in any case' }),
  },
  answers: { 200: Users },
  async run({ query, user: reader, db }) {
    const page = pageOf('users', reader, query, ['name', 'id']);
    const seesAll = reader.role === 'admin' || reader.role === 'service';
    const ids = query.ids === undefined ? null : (idsOf(query.ids) ?? refuseIds());
    // Whether somebody is disabled is not for everybody.
    if (query.status && ids && !seesAll) throw invalid('?status', 'cannot be asked of ids');
    const part = query.q === undefined ? undefined : sql`concat('%', ${likeText(query.q)}, '%')`;

    const rows = await db
      .select()
      .from(users)
      .where(
        and(
          query.role ? eq(users.role, query.role) : undefined,
          query.status ? eq(users.status, query.status) : undefined,
          seesAll || ids ? undefined : eq(users.status, 'active'),
          ids ? inArray(users.id, ids) : undefined,
          part && or(sql`${users.name} LIKE ${part}`, seesAll ? sql`${users.email} LIKE ${part}` : undefined),
          page.after ? sql`(${users.name}, ${users.id}) > (${page.after.name}, ${page.after.id})` : undefined,
        ),
      )
      .orderBy(asc(users.name), asc(users.id))
      .limit(page.limit + 1);

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

function refuseIds(): never {
  throw invalid('?ids', 'must be up to 200 UUIDs, comma-separated');
}

/** What LIKE would take for a wildcard stands for itself. */
const likeText = (text: string): string => text.normalize('NFC').replace(/[\\%_]/g, '\\$&');
