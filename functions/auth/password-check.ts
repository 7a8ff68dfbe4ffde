import { type Database, databaseNow, type Transaction } from '#platform/database';
import { AppError } from '#platform/errors';
import { clearAttempts, emailKeyOf, enterAttempt, keepFailure, takeTurn, triesSeen } from './db/attempts.ts';
import { keepSignIn } from './db/sign-ins.ts';
import { type UserRow, userByEmail } from './db/users.ts';
import { foldedEmail, waitSeconds } from './domain/throttle.ts';
import { passwordFits } from './password.ts';

interface Tried {
  readonly email: string;
  readonly password: string;
  /** Where the try comes from. */
  readonly address: string;
  readonly userAgent: string;
}

/**
 * The active user whom e-mail and password fit, or null; unknown, wrong and disabled take the same time. A failure
 * counts and is kept, a success clears the e-mail's count. No connection is held while the password is checked.
 * @throws AppError `too-many-sign-ins` when it was tried too often: then the password is not looked at.
 */
export async function checkPassword(database: Database, tried: Tried): Promise<UserRow | null> {
  const { email, password, address, userAgent } = tried;
  const emailKey = emailKeyOf(email);
  const enter = async (tx: Transaction) => {
    await takeTurn(tx, emailKey, address);
    const now = await databaseNow(tx);
    const retryAfterSeconds = waitSeconds(await triesSeen(tx, emailKey, address, now), now);
    if (retryAfterSeconds > 0) throw new AppError('too-many-sign-ins', { retryAfterSeconds });
    return enterAttempt(tx, emailKey, address, now);
  };
  // Repeated when the answer to COMMIT is lost: at worst a try too many counts as under way.
  const attempt = await database.transaction(enter, { repeatable: true });

  const row = await database.read((db) => userByEmail(db, email));
  // The database takes more spellings for the same than the throttle does (ø is o): by each one could try anew.
  const found = row && foldedEmail(row.email) === foldedEmail(email) ? row : null;
  const fits = await passwordFits(found?.passwordHash ?? null, password);
  const user = fits && found?.status === 'active' ? found : null;
  // Sign-ins of several people at once delete neighbouring rows: a deadlock between them is tried again.
  const settle = async (db: Transaction) => {
    const now = await databaseNow(db);
    if (user) {
      await clearAttempts(db, emailKey, now);
    } else {
      await keepFailure(db, attempt, now);
      // However it was typed, it is in the log of whose it is.
      const signIn = { emailKey: emailKeyOf(found?.email ?? email), ok: false, userAgent };
      await keepSignIn(db, { ...signIn, triedAt: now });
    }
  };
  await database.transaction(settle, { repeatable: true });
  return user;
}
