import { type User, Users } from '#contracts/rest/auth';
import type { ServiceClient } from '#platform/service-client';

/** As many people as Auth names at once. */
export const READERS_AT_ONCE = 200;

export type Readers = ReadonlyMap<string, User>;

/** Who gets the letters, as Auth says, those too who have left; null while Auth is away. */
export async function readersOf(services: ServiceClient, userIds: readonly string[]): Promise<Readers | null> {
  const ids = [...new Set(userIds)];
  if (ids.length === 0) return new Map();
  const path = `/api/auth/users?limit=${READERS_AT_ONCE}&ids=${ids.join(',')}`;
  const users = await services.get('auth-api', path, Users).catch(() => null);
  return users && new Map(users.items.map((user) => [user.id, user]));
}
