import fc from 'fast-check';
import { expect, it } from 'vitest';
import { beginningsOf, wordsOf } from './words.ts';

/** Whether a search finds a task, by these rules alone. */
const finds = (search: string, title: string, jiraId: string | null = null) =>
  beginningsOf(search).every((start) => wordsOf({ title, jiraId }).some((word) => word.startsWith(start)));

it.each([
  ['корм', 'Покормить попугая', false], // a beginning, not a part
  ['попуг', 'Покормить попугая', true],
  ['ПОПУГ покорм', 'Покормить попугая', true],
  ['еж', 'Ёжик', true],
  ['resume', 'Résumé', true],
  ['100', '100% готово', true],
  ['готово!', 'готово', false],
  ['foo-b', 'see foo-bar', true],
  ['bar', 'see foo-bar', true],
  ['(1', 'Ответ (1)', true],
  ['⑴', '⑴', true], // folded it is (1)
  ['c++', 'Learn C++!', true],
  ['c++', 'Learn C', false],
  ['!!', 'anything', false],
  ['', 'anything', true],
])('%j and the title %j: found %s', (search, title, found) => expect(finds(search, title)).toBe(found));

it('a Jira id is found by its beginning, in any case', () => {
  expect(finds('ates-1', 'Title', 'ATES-12')).toBe(true);
  expect(finds('12', 'Title', 'ATES-12')).toBe(false);
});

it('every task is found by the beginning of every run of its title that begins with a letter or digit', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200, size: 'max' }),
      fc.nat(10),
      (title, length) => {
        for (const run of title.split(/\s+/)) {
          if (!/^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*$/u.test(run)) continue;
          expect(finds([...run.normalize('NFC')].slice(0, length + 1).join(''), title), run).toBe(true);
        }
      },
    ),
  );
});

it('no title makes more words than it has characters, and none is longer than its column', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200, size: 'max' }), (title) => {
      const words = wordsOf({ title, jiraId: 'ABC-1' });
      expect(words.length).toBeLessThanOrEqual(2 * [...title.normalize('NFKD')].length + 1);
      expect(words.every((word) => [...word].length <= 40 && word !== '')).toBe(true);
    }),
  );
});
