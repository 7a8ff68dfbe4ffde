import { Uuid } from '#contracts/fields';
import { Sessions } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { pageOf, pageQuery } from '#platform/paging';
import { command, query, reply } from '#platform/route';
import { endSession, sessionsOf } from '../db/sessions.ts';

export const listSessions = query({
  path: '/api/auth/sessions',
  summary: 'Where the reader is signed in, newest first; `sessionId` of /api/auth/session says which one is asking.',
  roles: 'any',
  query: pageQuery,
  answers: { 200: Sessions },
  async run({ query, user, db, now }) {
    const page = pageOf('sessions', user, query, { createdAt: 'instant', id: 'text' });
    const rows = await sessionsOf(db, user.id, await now(), page.after, page.limit + 1);
    return page.of(
      rows.map(({ createdAt, renewedAt, ...row }) => ({
        ...row,
        createdAt: createdAt.toISOString(),
        renewedAt: renewedAt?.toISOString() ?? null,
      })),
    );
  },
});

/** Nothing is renewed any more from that moment; the last token lives on for its minute at most. */
export const endOneSession = command({
  method: 'DELETE',
  path: '/api/auth/sessions/{id}',
  summary: "End one of one's own sessions; one that has ended already is answered alike.",
  roles: 'any',
  params: { id: Uuid },
  answers: { 204: null },
  refusals: ['not-found'],
  async run({ params, user, tx, now }) {
    if (!(await endSession(tx, user.id, params.id, await now()))) throw new AppError('not-found');
    return reply(204);
  },
});
