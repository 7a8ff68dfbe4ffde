import { defineFunction } from '#platform/define-function';
import { demo } from './demo.ts';
import { jwks } from './jwks.ts';
import { renew } from './renew.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { whoAmI } from './who-am-i.ts';

/** One sign-in for all services: gives out short signed tokens that every function checks by itself. */
export default defineFunction({ name: 'auth-session', http: [signIn, whoAmI, renew, signOut, jwks, demo] });
