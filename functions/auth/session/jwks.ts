import { Jwks } from '#contracts/rest/auth';
import { readSecret } from '#platform/config';
import { query } from '#platform/route';

export const jwks = query({
  path: '/api/auth/jwks',
  summary: 'The public keys of the session tokens, as JWKS.',
  roles: 'everyone',
  answers: { 200: Jwks },
  run: async ({ config }) => JSON.parse(readSecret(config, 'session-public-keys')),
});
