import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvAmount, csvReply, MAX_CSV_ROWS, refuseTooManyRows, wantsCsv } from './csv.ts';

type Cell = string | number | null;

async function written(columns: readonly string[], rows: readonly (readonly Cell[])[]): Promise<string> {
  async function* source() {
    yield* rows;
  }
  return (await Array.fromAsync(csvReply(columns, source()).body as AsyncIterable<string>)).join('');
}

/** Reads RFC 4180, by a way of its own. */
function read(csv: string): string[][] {
  const rows: string[][] = [[]];
  let rest = csv;
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
    if (!match) throw new Error(`not CSV: ${JSON.stringify(rest.slice(0, 40))}`);
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') rows.push([]);
    rest = rest.slice(match[0].length);
  }
  return rows.slice(0, -1);
}

it('whatever stands in the cells, a reader of CSV gets it back, and nothing begins like a formula', async () => {
  const cell = fc.oneof(fc.string(), fc.constantFrom('=1+1', '+1', '-1', '@x', '\tx', '\rx', '"', ',', 'a\r\nb', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), async (rows) => {
      const [, ...back] = read((await written(['a', 'b'], rows)).slice(1));
      expect(back).toHaveLength(rows.length);
      for (const [i, row] of rows.entries()) {
        for (const [j, text] of row.entries()) {
          const got = back[i]?.[j] ?? '';
          expect([text, `'${text}`]).toContain(got);
          if (!/^-?\d+(\.\d+)?$/.test(got)) expect(got).not.toMatch(/^[=+\-@\t\r]/);
        }
      }
    }),
  );
});

it('begins with a byte order mark, ends every line with CR LF, leaves a null empty and negative amounts numbers', async () => {
  expect(await written(['sum', 'task'], [['-12.00', null]])).toBe('\uFEFFsum,task\r\n-12.00,\r\n');
});

it.each([
  [0, '0.00'],
  [-1, '-0.01'],
  [-1_500, '-15.00'],
  [123_456, '1234.56'],
])('%i cents are %s', (cents, text) => expect(csvAmount(cents)).toBe(text));

it('more rows than a file may hold are refused before its first byte', () => {
  expect(() => refuseTooManyRows(MAX_CSV_ROWS)).not.toThrow();
  expect(() => refuseTooManyRows(MAX_CSV_ROWS + 1)).toThrow(expect.objectContaining({ status: 422 }));
});

it.each([
  ['text/csv', true],
  ['application/json, text/csv;q=0.5', true],
  ['application/json', false],
  ['text/csvx', false],
  [undefined, false],
])('accept %s asks for CSV: %s', (accept, wants) => expect(wantsCsv({ accept })).toBe(wants));
