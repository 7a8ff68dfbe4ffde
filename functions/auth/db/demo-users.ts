import type { Role } from '#contracts/rest/auth';

interface DemoUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
}

/** Who can sign in to a system that shows itself (`ATES_DEMO=on`); created once, in an empty system. */
export const demoUsers: readonly DemoUser[] = [
  { email: 'admin@ates.example', name: 'Ара Админ', role: 'admin' },
  { email: 'manager@ates.example', name: 'Макао Менеджер', role: 'manager' },
  { email: 'accountant@ates.example', name: 'Корелла Бухгалтер', role: 'accountant' },
  { email: 'executive@ates.example', name: 'Жако Директор', role: 'executive' },
  { email: 'worker1@ates.example', name: 'Кеша', role: 'worker' },
  { email: 'worker2@ates.example', name: 'Гоша', role: 'worker' },
  { email: 'worker3@ates.example', name: 'Рио', role: 'worker' },
  { email: 'worker4@ates.example', name: 'Чико', role: 'worker' },
  { email: 'worker5@ates.example', name: 'Лори', role: 'worker' },
];
