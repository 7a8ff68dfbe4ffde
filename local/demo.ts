import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { addDays, type BusinessDate, businessCalendar } from '#platform/business-day';
import { readConfig } from '#platform/config';
import type { Run, System } from './system.ts';

/**
 * `npm start -- --demo`: fills an empty system with a company of 30 workers and its last six weeks, by the same commands
 * that people send, each with the instant at which it was sent (`X-Ates-Now`, which only a demonstration takes). The
 * days are closed by the accountant's command, the payouts paid at the sandbox bank, the letters sent.
 */

const DAYS = 42;
const AT_ONCE = 12;
const CALL_TIMEOUT_MS = 15_000;
const SETTLE_TIMEOUT_MS = 90_000;
/** A token lives 60 s. */
const RENEW_AFTER_MS = 40_000;

const CARD = '4242 4242 4242 4242';
const REFUSED_CARD = '4000 0000 0000 0002';

const NAMES = [
  ...['Аврора', 'Бакс', 'Веня', 'Грета', 'Дуся', 'Ёжик', 'Жора', 'Зося', 'Искра', 'Йорик', 'Клякса', 'Лаки', 'Мотя'],
  ...['Нюша', 'Орфей', 'Перчик', 'Ричи', 'Сеня', 'Тоша', 'Умка', 'Фима', 'Хохлик', 'Цезарь', 'Шкипер', 'Яша'],
];

const TITLES = [
  ...[
    'Пересчитать зёрна в кормушке',
    'Сверить накладные за неделю',
    'Позвонить поставщику проса',
    'Обновить прайс-лист',
  ],
  ...[
    'Почистить клетку для переговоров',
    'Собрать отчёт о перьях',
    'Ответить на письма покупателей',
    'Проверить жёрдочки',
  ],
  ...[
    'Настроить рассылку',
    'Разобрать склад',
    'Подготовить витрину к празднику',
    'Заказать витамины',
    'Обучить новичка',
  ],
  ...[
    'Проверить резервную копию',
    'Описать товар для каталога',
    'Перевести инструкцию',
    'Починить весы',
    'Снять ролик',
  ],
  ...['Review the seed contract', 'Update the delivery map', 'Test the new perch', 'Draft the monthly newsletter'],
];

interface OpenTask {
  readonly id: string;
  userId: string;
  assignedAt: Date;
}

/** Fills the running system; one that has tasks already is left as it is. */
export async function fillDemo(system: System, run: Run, say: (line: string) => void): Promise<void> {
  const began = performance.now();
  if (process.env.ATES_DAY_LENGTH) throw new Error('--demo needs calendar days: leave ATES_DAY_LENGTH out.');
  const tasks = await mysql.createConnection({ uri: run.databases.tasks ?? '', connectTimeout: 5_000 });
  const accounts = await mysql.createConnection({ uri: run.databases.accounts ?? '', connectTimeout: 5_000 });
  const timer = system.parts.get('timer');
  try {
    if ((await countOf(tasks, 'SELECT count(*) AS n FROM tasks')) > 0) {
      return say('demo: the company is there already (npm start -- --fresh --demo begins anew)');
    }
    // Nothing may close a day that is still being filled.
    await timer?.stop();
    const staff = await hire(run);
    const made = await work(staff, async (day, end) => {
      await until('every event is recorded', async () => {
        const told = await countOf(tasks, 'SELECT count(*) AS n FROM outbox');
        return told === (await countOf(accounts, "SELECT count(*) AS n FROM transactions WHERE kind <> 'payout'"));
      });
      await closeDay(staff.accountant, day, end);
    });
    say(`demo: ${made.added} tasks added, ${made.reassigned} reassigned, ${made.closed} closed`);
    await until('payouts are decided', () => allDecided(staff.accountant, '/api/billing/payouts?limit=1&state='));
    await until('letters are sent', async () => {
      const { items } = await staff.accountant.get('mailer-api', '/api/mailer/mails?limit=1&status=pending');
      return items.length === 0;
    });
  } finally {
    await Promise.all([tasks.end(), accounts.end()]);
    await timer?.start();
  }
  say(`demo: six weeks in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
}

interface Staff {
  readonly manager: Person;
  readonly accountant: Person;
  /** By user id. */
  readonly workers: ReadonlyMap<string, Person>;
  /** The ids of those whom people sign in as. */
  readonly visitors: ReadonlySet<string>;
  /** Those who close most of what they get: there is somebody to pay on most days, and others run into debt. */
  readonly swift: ReadonlySet<string>;
}

/** The demo users, and 25 more workers; most of them have a card. */
async function hire(run: Run): Promise<Staff> {
  const [admin, manager, accountant] = await Promise.all(
    ['admin', 'manager', 'accountant'].map((name) => Person.signIn(run, `${name}@ates.example`)),
  );
  const emails = Array.from({ length: 5 }, (_, n) => `worker${n + 1}@ates.example`);
  await inParallel([...NAMES.entries()], async ([n, name]) => {
    const email = `worker${n + 6}@ates.example`;
    const locale = n % 3 === 0 ? 'en' : 'ru';
    emails.push(email);
    await admin?.send('POST', 'auth-api', '/api/auth/users', {
      ...{ email, name, locale, role: 'worker', password: run.demoPassword },
    });
  });
  const workers = new Map<string, Person>();
  const visitors = new Set<string>();
  const swift = new Set<string>();
  await inParallel(emails, async (email) => {
    const worker = await Person.signIn(run, email);
    workers.set(worker.id, worker);
    const number = Number(/\d+/.exec(email)?.[0]);
    if (number <= 5) visitors.add(worker.id);
    if (number % 4 === 1) swift.add(worker.id); // also the fifth, who has no card
    if (number <= 5 || number % 11 === 0) return; // the first five have what they begin with; some never set a card
    const cardNumber = number === 7 ? REFUSED_CARD : CARD;
    await worker.send('PUT', 'billing-api', '/api/billing/me/card', { cardNumber });
  });
  return { manager: manager as Person, accountant: accountant as Person, workers, visitors, swift };
}

/**
 * Six weeks of adding, reassigning and closing, and today's until now.
 * @param isOver is told each day that has been, and its end, once all of it is done
 */
async function work(
  { manager, workers, visitors, swift }: Staff,
  isOver: (day: BusinessDate, end: Date) => Promise<void>,
) {
  const calendar = businessCalendar({ ...readConfig(), dayLengthMs: null });
  const made = { added: 0, reassigned: 0, closed: 0 };
  const open: OpenTask[] = [];
  const now = new Date();
  const today = calendar.dateOf(now);
  for (let n = -DAYS; n <= 0; n += 1) {
    const date = addDays(today, n);
    const { start, end } = calendar.boundsOf(date);
    const until = new Date(Math.min(end.getTime(), now.getTime()));
    /** An instant of the day, so far through its working hours. */
    const at = (share: number) =>
      new Date(start.getTime() + (0.35 + 0.4 * share) * (until.getTime() - start.getTime()));
    const isWeekend = [0, 6].includes(new Date(date).getUTCDay());

    await inParallel(Array.from({ length: isWeekend ? 6 : 22 + dice(14) }), async () => {
      const addedAt = at(Math.random() * 0.5);
      const title = TITLES[dice(TITLES.length)] as string;
      const jiraId = dice(3) === 0 ? `POPUG-${100 + dice(900)}` : null;
      const task = await manager.send('POST', 'tasks-add', '/api/tasks', { title, jiraId }, addedAt);
      open.push({ id: task.id, userId: task.userId, assignedAt: addedAt });
      made.added += 1;
    });
    await inParallel(
      open.filter(() => dice(100) < 30),
      async (task) => {
        const assignedAt = later(task.assignedAt, at(0.5 + Math.random() * 0.2));
        const { userId } = await manager.send('POST', 'tasks-assign', `/api/tasks/${task.id}/assign`, {}, assignedAt);
        Object.assign(task, { userId, assignedAt });
        made.reassigned += 1;
      },
    );
    // Whoever signs in as one of the demo workers today finds something to close.
    const mayBeDone = ({ userId }: OpenTask) => n < 0 || !visitors.has(userId);
    const isDone = (task: OpenTask) => mayBeDone(task) && dice(100) < (swift.has(task.userId) ? 70 : 20);
    const done = new Set(open.filter(isDone));
    await inParallel([...done], async (task) => {
      const closedAt = later(task.assignedAt, at(0.7 + Math.random() * 0.3));
      await workers.get(task.userId)?.send('POST', 'tasks-close', `/api/tasks/${task.id}/close`, {}, closedAt);
      made.closed += 1;
    });
    open.splice(0, open.length, ...open.filter((task) => !done.has(task)));
    if (n < 0) await isOver(date, end); // today stays open, as it is on any morning
  }
  return made;
}

async function closeDay(accountant: Person, day: BusinessDate, at: Date): Promise<void> {
  const path = `/api/accounts/days/${day}`;
  await accountant.send('POST', 'accounts-close-day', `${path}/close`, {}, at);
  await until(`${day} is closed`, async () => (await accountant.get('accounts-api', path)).state === 'closed');
}

async function allDecided(accountant: Person, path: string): Promise<boolean> {
  for (const state of ['pending', 'sending', 'unknown']) {
    if ((await accountant.get('billing-api', `${path}${state}`)).items.length > 0) return false;
  }
  return true;
}

/** Somebody who sends commands straight to the functions, with the instant at which they are sent. */
class Person {
  readonly #run: Run;
  readonly #email: string;
  #cookies = '';
  #signedInAt = 0;
  #signingIn: Promise<void> | null = null;
  id = '';

  private constructor(run: Run, email: string) {
    this.#run = run;
    this.#email = email;
  }

  static async signIn(run: Run, email: string): Promise<Person> {
    const person = new Person(run, email);
    await person.#signIn();
    return person;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the contract's shapes; a test of each function checks them.
  async get(part: string, path: string): Promise<any> {
    return (await this.#call('GET', part, path)).json();
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  async send(method: string, part: string, path: string, body: object, at?: Date): Promise<any> {
    const key = randomUUID();
    const sentAt = at && { 'x-ates-now': at.toISOString(), 'x-ates-caller-key': this.#run.callerKey };
    return (await this.#call(method, part, path, body, { 'idempotency-key': key, ...sentAt })).json();
  }

  async #call(method: string, part: string, path: string, body?: object, headers = {}): Promise<Response> {
    if (performance.now() - this.#signedInAt > RENEW_AFTER_MS) {
      // Many at once would look like somebody who tries passwords.
      this.#signingIn ??= this.#signIn().finally(() => {
        this.#signingIn = null;
      });
      await this.#signingIn;
    }
    const response = await this.#fetch(method, part, path, body, { cookie: this.#cookies, ...headers });
    if (!response.ok) throw new Error(`demo: ${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }

  async #signIn(): Promise<void> {
    const body = { email: this.#email, password: this.#run.demoPassword };
    const response = await this.#fetch('POST', 'auth-session', '/api/auth/session', body);
    if (!response.ok) throw new Error(`demo: ${this.#email} cannot sign in: ${response.status}`);
    this.#cookies = response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
    this.#signedInAt = performance.now();
    this.id = ((await response.json()) as { id: string }).id;
  }

  #fetch(method: string, part: string, path: string, body?: object, headers: object = {}): Promise<Response> {
    return fetch(`${this.#run.parts[part]?.url}${path}`, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
  }
}

const dice = (sides: number): number => Math.floor(Math.random() * sides);

const later = (a: Date, b: Date): Date => new Date(Math.max(a.getTime() + 1_000, b.getTime()));

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    while (waiting.length > 0) await work(waiting.shift() as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function countOf(connection: mysql.Connection, sql: string): Promise<number> {
  const [rows] = await connection.query({ sql, timeout: 5_000 });
  return Number((rows as { n: number }[])[0]?.n);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`demo: it took too long until ${what}`);
    await pause(50);
  }
}
