import { DemoUsers } from '#contracts/rest/auth';
import { AppError } from '#platform/errors';
import { query } from '#platform/route';
import { demoUsers } from '../db/demo-users.ts';

export const demo = query({
  path: '/api/auth/demo',
  summary: 'The demo users and their password for the sign-in page; 404 unless the system is a demonstration.',
  roles: 'everyone',
  answers: { 200: DemoUsers },
  async run({ config }) {
    if (!config.demo) throw new AppError('not-found');
    return { users: demoUsers, password: config.demoPassword };
  },
});
