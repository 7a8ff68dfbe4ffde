import { type Reason, wordsIn } from './letter-words.ts';

/** What a letter is written from. */
export interface LetterFacts {
  readonly kind: 'payout' | 'payout-blocked';
  /** Why a payout is blocked; empty otherwise. */
  readonly reason: string;
  readonly amountCents: number;
  readonly businessDate: string;
  readonly name: string;
  readonly locale: 'ru' | 'en';
  /** Where payouts are looked up and a card is added; null where our address is not known. */
  readonly payoutsUrl: string | null;
}

/** A written letter; text and HTML say the same. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Writes the letter about a payout. It tells the sum and the business day, never that the money was paid: that is the
 * bank's to say. A blocked payout's letter says why, and what to do.
 */
export function letterOf(facts: LetterFacts): Letter {
  const words = wordsIn(facts.locale);
  const sum = words.amount(facts.amountCents);
  const day = words.day(facts.businessDate);
  const { subject, paragraphs, link } =
    facts.kind === 'payout' ? words.payout(sum, day) : words.blocked[reasonOf(facts.reason)](sum, day);
  const greeting = words.greeting(oneLine(facts.name));
  const parts = { subject, greeting, paragraphs, link, sum, footer: words.footer };
  return { subject, text: textOf(parts, facts.payoutsUrl), html: htmlOf(parts, facts) };
}

interface Parts {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly link: string;
  readonly sum: string;
  readonly footer: string;
}

function textOf({ greeting, paragraphs, link, footer }: Parts, payoutsUrl: string | null): string {
  const more = payoutsUrl ? [`${link}: ${payoutsUrl}`] : [];
  return `${[greeting, ...paragraphs, ...more, `-- \nATES\n${footer}`].join('\n\n')}\n`;
}

/**
 * Inline styles only, since many clients drop all others; no picture, nothing from elsewhere. Text and ground have no
 * colour of their own, so that a dark client shows both as it shows its own; the link has both.
 */
function htmlOf({ subject, greeting, paragraphs, link, sum, footer }: Parts, facts: LetterFacts): string {
  const paragraph = 'margin:0 0 16px';
  const whole = `<span style="white-space:nowrap">${escaped(sum)}</span>`;
  const button =
    'display:inline-block;padding:10px 18px;background-color:#0b7a5e;color:#ffffff;border-radius:8px;text-decoration:none;font-weight:600';
  return [
    '<!doctype html>',
    `<html lang="${facts.locale}" style="color-scheme:light dark">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="supported-color-schemes" content="light dark">',
    `<title>${escaped(subject)}</title>`,
    '</head>',
    '<body style="margin:0;padding:24px 16px">',
    '<div style="max-width:560px;margin:0 auto;font:16px/1.5 system-ui,-apple-system,\'Segoe UI\',Roboto,sans-serif">',
    `<p style="${paragraph};font-weight:700;letter-spacing:1px">ATES</p>`,
    `<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">${escaped(subject)}</h1>`,
    `<p style="${paragraph};font-size:34px;line-height:1.2;font-weight:700;white-space:nowrap">${escaped(sum)}</p>`,
    `<p style="${paragraph}"><bdi>${escaped(greeting)}</bdi></p>`,
    ...paragraphs.map((text) => `<p style="${paragraph}">${escaped(text).replaceAll(escaped(sum), () => whole)}</p>`),
    ...(facts.payoutsUrl
      ? [`<p style="margin:24px 0"><a href="${escaped(facts.payoutsUrl)}" style="${button}">${escaped(link)}</a></p>`]
      : []),
    `<p style="margin:32px 0 0;padding-top:12px;border-top:1px solid #8a8f8c;font-size:13px">${escaped(footer)}</p>`,
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function reasonOf(reason: string): Reason {
  if (reason === 'no-card' || reason === 'card-refused') return reason;
  throw new RangeError(`no letter is written for the reason ${reason}`);
}

/** A name is a person's own text: it must not break its line, nor turn the direction of what stands around it. */
const oneLine = (name: string): string =>
  name
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
