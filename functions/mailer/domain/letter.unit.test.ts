import { describe, expect, it } from 'vitest';
import { type LetterFacts, letterOf } from './letter.ts';
import { wordsIn } from './letter-words.ts';

const facts: LetterFacts = {
  kind: 'payout',
  reason: '',
  amountCents: 123_450,
  businessDate: '2026-11-23',
  name: 'Кеша',
  locale: 'ru',
  payoutsUrl: 'https://ates.example/billing/',
};

describe('the letters, as they are', () => {
  it.each([
    ['payout', ''],
    ['payout-blocked', 'no-card'],
    ['payout-blocked', 'card-refused'],
  ] as const)('%s %s', async (kind, reason) => {
    for (const [locale, name] of [
      ['ru', 'Кеша'],
      ['en', 'Kesha'],
    ] as const) {
      const { subject, text, html } = letterOf({ ...facts, kind, reason, locale, name });
      const file = `golden/${[kind, reason, locale].filter(Boolean).join('-')}`;
      await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`${file}.txt`);
      await expect(html).toMatchFileSnapshot(`${file}.html`);
    }
  });
});

it.each([
  [1, '$0.01', '0,01 $'],
  [99_999, '$999.99', '999,99 $'],
  [123_450, '$1,234.50', '1 234,50 $'],
  [123_456_700, '$1,234,567.00', '1 234 567,00 $'],
])('%i cents are %s and %s', (cents, en, ru) => {
  expect([wordsIn('en').amount(cents), wordsIn('ru').amount(cents)]).toEqual([en, ru]);
});

it.each([
  ['2026-01-01', 'January 1, 2026', '1 января 2026 года'],
  ['2028-02-29', 'February 29, 2028', '29 февраля 2028 года'],
  ['2026-12-31', 'December 31, 2026', '31 декабря 2026 года'],
])('the day %s is %s and %s', (date, en, ru) => {
  expect([wordsIn('en').day(date), wordsIn('ru').day(date)]).toEqual([en, ru]);
});

describe.each(['ru', 'en'] as const)('every letter in %s', (locale) => {
  const kinds = [
    ['payout', ''],
    ['payout-blocked', 'no-card'],
    ['payout-blocked', 'card-refused'],
  ] as const;

  it.each(kinds)(
    '%s %s tells the sum and the day in subject, text and HTML, and never that it was paid',
    (...which) => {
      const [kind, reason] = which;
      const { subject, text, html } = letterOf({ ...facts, kind, reason, locale });
      const day = wordsIn(locale).day(facts.businessDate);
      const sum = wordsIn(locale).amount(facts.amountCents);
      for (const part of [text, html]) expect(part).toContain(sum);
      for (const part of [subject, text, html]) {
        expect(part).toContain(day);
        expect(part).not.toMatch(/\bpaid\b|выплачен|оплачен|переведен/i);
      }
    },
  );

  it.each(kinds)('%s %s has its language, and loads nothing from anywhere', (kind, reason) => {
    const { html } = letterOf({ ...facts, kind, reason, locale });
    expect(html).toContain(`<html lang="${locale}"`);
    expect(html).not.toMatch(/<(img|link|script|style|iframe|object|form|base)\b|url\(|\bsrc=|@import/i);
    // A text colour stands only where its ground stands too: a dark client may change the other.
    for (const [style] of html.matchAll(/style="[^"]*"/g)) {
      expect(/[";]color:/.test(style), style).toBe(/background-color:/.test(style));
    }
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    expect(links).toEqual(['https://ates.example/billing/']);
  });

  it('where our address is not known there is no link', () => {
    const { text, html } = letterOf({ ...facts, locale, payoutsUrl: null });
    expect(text + html).not.toMatch(/https?:|href/);
  });

  it.each([
    ['<img src=x onerror=alert(1)>', /<img/],
    ['"><script>alert(1)</script>', /<script/],
    ['Kesha\r\nBcc: evil@example.com', /[\r\n]Bcc/],
    ['Kesha\u2028Bcc: evil', /\u2028/],
    ['Kesha\u202egnp', /\u202e/],
  ])('the name %j is text and nothing else', (name, broken) => {
    const { subject, text, html } = letterOf({ ...facts, locale, name });
    expect(html).not.toMatch(broken);
    if (!broken.source.startsWith('<')) expect(text).not.toMatch(broken);
    expect(subject).not.toContain(name.slice(0, 5));
  });
});

it('a reason that nobody has words for is a mistake', () => {
  expect(() => letterOf({ ...facts, kind: 'payout-blocked', reason: 'full-moon' })).toThrow(RangeError);
});
