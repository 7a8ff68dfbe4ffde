import { Uuid } from '#contracts/fields';
import { TransactionWithOrigin } from '#contracts/rest/accounts';
import { AppError } from '#platform/errors';
import { query } from '#platform/route';
import { transactionById } from '../db/reading.ts';
import { mayRead } from '../domain/who-reads.ts';
import { viewOf } from './transactions-answer.ts';

/** One row of the ledger with what caused it; somebody else's is not there for whoever may not look at all money. */
export const oneTransaction = query({
  path: '/api/accounts/transactions/{id}',
  summary: 'One row of the ledger, with the event and the trace it comes from.',
  roles: 'any',
  params: { id: Uuid },
  answers: { 200: TransactionWithOrigin },
  async run({ params, user, db }) {
    const row = await transactionById(db, params.id);
    if (!row || !mayRead(user, row.userId)) throw new AppError('not-found');
    return { ...viewOf(row), eventId: row.eventId, traceId: row.traceId };
  },
});
