import { Users } from '#contracts/rest/auth';
import type { ServiceClient } from '#platform/service-client';

/** Who may be drawn, as Auth says; kept for 5 s, and for 10 min while Auth is away. */
export async function activeWorkerIds(services: ServiceClient): Promise<string[]> {
  const path = '/api/auth/users?role=worker&status=active';
  const users = await services.all('auth-api', path, Users, { freshMs: 5_000, staleMs: 600_000 });
  return users.map((user) => user.id);
}
