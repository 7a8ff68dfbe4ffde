import type { Role } from '#contracts/rest/auth';

export const ROLES: readonly Role[] = ['worker', 'manager', 'accountant', 'executive', 'admin'];
