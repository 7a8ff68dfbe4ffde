import { defineFunction } from '#platform/define-function';
import { documentRoute } from '#platform/route';
import openapi from '../../../docs/openapi/auth.json' with { type: 'json' };
import { addUser } from './add-user.ts';
import { changeUser } from './change-user.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';
import { endOneSession, listSessions } from './sessions.ts';
import { listSignIns } from './sign-ins.ts';

/** Who there is: names for pages, performers for Tasks; who may be here, for admins; where they are signed in, for all. */
export default defineFunction({
  name: 'auth-api',
  http: [
    ...[listUsers, getUser, addUser, changeUser, listSessions, endOneSession, listSignIns],
    documentRoute('auth', openapi),
  ],
});
