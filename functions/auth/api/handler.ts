import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/auth.json' with { type: 'json' };
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';

/** Who there is: names for pages, performers for Tasks. */
export default defineFunction({ name: 'auth-api', http: [listUsers, getUser, documentRoute('auth', openapi)] });
