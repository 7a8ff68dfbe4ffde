import { choice } from '../ui/choices.ts';

/** Leads to the page that somebody of this role opens first; the cookie only chooses a page, no server believes it. */
const FIRST_PAGE: Readonly<Record<string, string>> = {
  worker: '/tasks/',
  manager: '/tasks/',
  admin: '/tasks/',
  accountant: '/accounts/company/',
  executive: '/analytics/',
};

location.replace(choice('id') === undefined ? '/auth/' : (FIRST_PAGE[choice('role') ?? ''] ?? '/accounts/'));
