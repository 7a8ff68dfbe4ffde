import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type Browser, chromium, type Page, type Route } from 'playwright-core';
import { CHROMIUM, findEngines } from '../../local/engines.ts';
import { root } from '../../scripts/build.ts';
import { buildWeb } from '../../web/build.ts';

/**
 * `npm run screenshots`: the pictures of the README and the user guide, docs/images/NAME.LANGUAGE.png, always of the
 * same data at the same instant: the pages are the real ones, the answers were recorded once.
 * `-- --record DATA_DIR` records them anew from a running system with the demonstration's company.
 */

const ANSWERS = join(import.meta.dirname, 'answers.json');
const ORIGIN = 'http://localhost:1'; // nothing is there: every request is answered here

interface Shot {
  readonly name: string;
  readonly who: string;
  readonly path: string;
  readonly screen: 'phone' | 'desktop';
  readonly theme: 'light' | 'dark';
  /** What to press before the picture. */
  readonly press?: string;
}

const SHOTS: readonly Shot[] = [
  { name: 'tasks', who: 'worker1', path: '/tasks/', screen: 'phone', theme: 'light' },
  { name: 'account', who: 'worker1', path: '/accounts/', screen: 'phone', theme: 'dark' },
  { name: 'add-tasks', who: 'manager', path: '/tasks/', screen: 'desktop', theme: 'light' },
  {
    name: 'reassign',
    who: 'manager',
    path: '/tasks/all/',
    screen: 'desktop',
    theme: 'light',
    press: 'main .card .button',
  },
  { name: 'company', who: 'accountant', path: '/accounts/company/', screen: 'desktop', theme: 'light' },
  { name: 'payouts', who: 'accountant', path: '/billing/', screen: 'desktop', theme: 'dark' },
  { name: 'analytics', who: 'executive', path: '/analytics/', screen: 'desktop', theme: 'dark' },
  { name: 'users', who: 'admin', path: '/auth/users/', screen: 'desktop', theme: 'light' },
  { name: 'system', who: 'admin', path: '/ops/', screen: 'desktop', theme: 'light' },
];

interface Recorded {
  readonly at: string;
  readonly cookies: Record<string, { id: string; role: string }>;
  readonly answers: Record<string, unknown>;
}

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html' };

const [program] = await findEngines([CHROMIUM], join(root, '.ates/engines'), console.error);
const env = { ...(process.env as Record<string, string>), ...program?.env };
const browser = await chromium.launch({
  executablePath: program?.path ?? '',
  env,
  args: ['--no-sandbox', '--disable-gpu'],
});
const [flag, dataDir = '.ates'] = process.argv.slice(2);
if (flag === '--record') await record(browser, dataDir);
else await makeAll(browser);
await browser.close();

function keyOf(who: string, url: string): string {
  return `${who} ${url.slice(url.indexOf('/api/'))}`;
}

async function act(page: Page, { press }: Shot): Promise<void> {
  await page.waitForLoadState('networkidle');
  if (!press) return;
  await page.locator(press).first().click();
  await page.getByRole('dialog').waitFor();
}

async function record(from: Browser, folder: string): Promise<void> {
  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { url: string; demoPassword: string };
  const recorded: Recorded = { at: new Date().toISOString(), cookies: {}, answers: {} };
  for (const shot of SHOTS) {
    const { who, path } = shot;
    const context = await from.newContext({ viewport: SIZES[shot.screen] });
    const data = { email: `${who}@ates.example`, password: run.demoPassword };
    await context.request.post(`${run.url}/api/auth/session`, { data });
    const own = await context.cookies(run.url);
    const value = (name: string) => own.find((cookie) => cookie.name === name)?.value ?? '';
    recorded.cookies[who] = { id: value('id'), role: value('role') };
    const page = await context.newPage();
    const read: Promise<void>[] = [];
    page.on('response', (response) => {
      if (!response.url().includes('/api/') || response.request().method() !== 'GET' || !response.ok()) return;
      const keep = async () => {
        recorded.answers[keyOf(who, response.url())] = await response.json();
      };
      read.push(keep().catch(() => undefined)); // not modified: it is known already
    });
    await page.goto(`${run.url}${path}`);
    await page.waitForTimeout(2_500); // what comes later than the page
    await act(page, shot);
    await Promise.all(read);
    await context.close();
  }
  writeFileSync(ANSWERS, `${JSON.stringify(recorded, null, 1)}\n`);
}

async function makeAll(by: Browser): Promise<void> {
  const outDir = mkdtempSync(join(tmpdir(), 'ates-screenshots-'));
  await buildWeb({ outDir, minify: true });
  const { at, cookies, answers } = JSON.parse(readFileSync(ANSWERS, 'utf8')) as Recorded;
  for (const language of ['ru', 'en'] as const) {
    const answer = (who: string) => async (route: Route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname.startsWith('/api/')) {
        const json = answers[keyOf(who, route.request().url())];
        await route.fulfill(json ? { json } : { status: 404, json: {} });
        return;
      }
      const file = pathname.endsWith('/') ? `${pathname}index.${language}.html` : pathname;
      const contentType = `${TYPES[extname(file)]}; charset=utf-8`;
      await route.fulfill({ body: readFileSync(join(outDir, file)), contentType });
    };
    for (const shot of SHOTS) {
      const locale = language === 'ru' ? 'ru-RU' : 'en-US';
      const context = await by.newContext({
        ...{ viewport: SIZES[shot.screen], colorScheme: shot.theme, locale, timezoneId: 'Europe/Moscow' },
      });
      const who = cookies[shot.who] ?? { id: '', role: '' };
      await context.addCookies(Object.entries(who).map(([name, value]) => ({ name, value, url: ORIGIN })));
      await context.route('**/*', answer(shot.who));
      const page = await context.newPage();
      await page.clock.setFixedTime(at);
      await page.goto(`${ORIGIN}${shot.path}`);
      await act(page, shot);
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(root, 'docs/images', `${shot.name}.${language}.png`) });
      await context.close();
    }
  }
  rmSync(outDir, { recursive: true });
}
