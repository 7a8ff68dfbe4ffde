import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** As a browser shows it: what the page's language is, and what its cookies say. */
const formatsOf = (lang: string, cookie: string) => {
  vi.resetModules();
  vi.stubGlobal('document', { documentElement: { lang }, cookie });
  return import('./formats.ts');
};

const zoneOfThisMachine = process.env.TZ;
beforeEach(() => {
  process.env.TZ = 'America/Los_Angeles';
  vi.useFakeTimers({ now: new Date('2026-11-23T22:30:00.000Z'), toFake: ['Date'] });
});
afterEach(() => {
  if (zoneOfThisMachine === undefined) delete process.env.TZ;
  else process.env.TZ = zoneOfThisMachine;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("every time is written in the company's zone, wherever the reader is; the reader's own is another format", async () => {
  const { dateTime, dayOf, readersTime, shortTime, timeOfDay } = await formatsOf('en', 'id=1; timeZone=Europe/Moscow');
  const instant = '2026-11-23T21:30:00.000Z';
  expect(dateTime(instant)).toMatch(/^Nov 24, 2026, 12:30\sAM$/);
  expect(shortTime(instant)).toMatchObject({
    day: 'Nov 24',
    time: expect.stringMatching(/^12:30\sAM$/),
    isToday: true,
  });
  expect(shortTime('2026-11-23T20:59:00.000Z')).toMatchObject({ day: 'Nov 23', isToday: false });
  expect(timeOfDay(new Date(instant))).toMatch(/^12:30:00\sAM$/);
  expect(dayOf(instant)).toBe('2026-11-24');
  expect(readersTime(instant)).toMatch(/^Nov 23, 2026, 1:30\sPM$/);
});

it('a business day is the same date everywhere; its year stands there only where it is another', async () => {
  const { businessDay } = await formatsOf('ru', 'timeZone=Asia/Tokyo');
  expect(businessDay('2026-11-23')).toBe('23 нояб.');
  expect(businessDay('2025-01-01')).toBe('1 янв. 2025 г.');
});
