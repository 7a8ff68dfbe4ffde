import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Variant, Visit } from './browser.ts';
import { Visitor } from './visitor.ts';

/** Every page, as somebody who has most to see on it; null: as nobody. */
export const PAGES = [
  ['/auth/', null],
  ['/ui/', null],
  ['/tasks/', 'worker1'],
  ['/tasks/', 'manager'],
  ['/tasks/all/', 'manager'],
  ['/tasks/task/', 'manager'],
  ['/accounts/', 'worker1'],
  ['/accounts/company/', 'accountant'],
  ['/accounts/all/', 'accountant'],
  ['/billing/', 'worker1'],
  ['/billing/', 'accountant'],
  ['/mailer/', 'accountant'],
  ['/analytics/', 'executive'],
  ['/auth/users/', 'admin'],
  ['/auth/me/', 'worker1'],
  ['/ops/', 'admin'],
] as const;

/** All that people look with: theme, language, screen. */
export const ALL_VARIANTS: readonly Variant[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  (['ru-RU', 'en-US'] as const).flatMap((locale) =>
    (['phone', 'desktop'] as const).map((device) => ({
      name: `${device}, ${colorScheme}, ${locale.slice(0, 2)}`,
      viewport: device === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 800 },
      colorScheme,
      locale,
    })),
  ),
);

const url = () => process.env.ATES_TEST_URL ?? '';

/** Signs in without a page: what a visit measures begins with its own page. */
export async function signIn(context: BrowserContext, name: string): Promise<void> {
  const data = { email: `${name}@ates.example`, password: Visitor.run().demoPassword };
  const answer = await context.request.post(`${url()}/api/auth/session`, { data });
  expect(answer.status()).toBe(200);
}

/** The address of a page; a task's page is about some task. */
export async function addressOf(path: string): Promise<string> {
  if (path !== '/tasks/task/') return `${url()}${path}`;
  const { body } = await (await Visitor.signIn('manager')).get('/api/tasks?limit=1');
  return `${url()}${path}?id=${body.items[0].id}`;
}

interface Measured {
  lcpMs: number;
  shift: number;
  violations: string[];
  longestTaskMs: number;
}

/** To run before a page's own scripts: the browser's own figures, and what its Content-Security-Policy stopped. */
export function observe(): void {
  const measured = { lcpMs: 0, shift: 0, violations: [] as string[], longestTaskMs: 0 };
  Object.assign(globalThis, { measured });
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    measured.violations.push(`${violatedDirective} ${blockedURI}`),
  );
  const look = (type: string, each: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  look('largest-contentful-paint', ({ startTime }) => {
    measured.lcpMs = startTime;
  });
  look('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!hadRecentInput) measured.shift += value;
  });
  look('longtask', ({ duration }) => {
    measured.longestTaskMs = Math.max(measured.longestTaskMs, duration);
  });
}

export const measuredOn = (page: Page): Promise<Measured> =>
  page.evaluate(() => (globalThis as unknown as { measured: Measured }).measured);

/** Until nothing of the page's own is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await expect
    .poll(() => page.locator('.skeleton:visible').count())
    .toBeLessThanOrEqual(page.url().includes('/ui/') ? 1 : 0);
}

interface FirstLoad extends Measured {
  requests: number;
  bytes: number;
}

/** To run before a page's own scripts: what a page does by the clock a second later or more is no part of its first load. */
function withoutLaterTimers(): void {
  const { setTimeout: soon } = globalThis;
  const timer = (act: () => void, ms = 0) => (ms < 1_000 ? soon(act, ms) : 0);
  Object.assign(globalThis, { setTimeout: timer, setInterval: () => 0 });
}

/** Opens an address with nothing in the cache and all clocks beyond a second stopped; `slow`: on a slow phone far from the server. */
export async function firstLoad({ page, context }: Visit, address: string, slow: boolean): Promise<FirstLoad> {
  const session: CDPSession = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  if (slow) {
    const speed = (1.6 * 1024 * 1024) / 8;
    const network = { offline: false, latency: 150, downloadThroughput: speed, uploadThroughput: speed };
    await session.send('Network.emulateNetworkConditions', network);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  }
  let bytes = 0;
  let requests = 0;
  session.on('Network.requestWillBeSent', ({ request }) => {
    if (request.url.startsWith('http')) requests += 1;
  });
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.addInitScript(observe);
  await page.addInitScript(withoutLaterTimers);
  await page.goto(address);
  await settled(page);
  const measured = await measuredOn(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  await session.detach();
  return { ...measured, requests, bytes };
}
