import { AppError } from './errors.ts';
import { type Reply, reply } from './route.ts';

export const MAX_CSV_ROWS = 100_000;
const ROWS_AT_ONCE = 1_000;

type Cell = string | number | null;

/**
 * A list as CSV (RFC 4180, UTF-8 with a byte order mark, which spreadsheets need to read Cyrillic), written while it
 * is read, so that its size does not matter.
 */
export function csvReply(columns: readonly string[], rows: AsyncIterable<readonly Cell[]>): Reply {
  async function* lines() {
    yield `\uFEFF${lineOf(columns)}`;
    for await (const row of rows) yield lineOf(row);
  }
  return reply(200, lines(), { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment' });
}

/**
 * All rows that `read` finds behind the last one that it gave, a thousand at a time: each page is read on a connection
 * of its own moment, and a slow reader holds none.
 */
export async function* rowsByPage<Row>(read: (last: Row | null, limit: number) => Promise<Row[]>): AsyncGenerator<Row> {
  let last: Row | null = null;
  for (let left = MAX_CSV_ROWS; left > 0; left -= ROWS_AT_ONCE) {
    const rows = await read(last, ROWS_AT_ONCE);
    yield* rows;
    last = rows.at(-1) ?? null;
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

/** Refused before the first byte: half a file would pass for a whole one. */
export function refuseTooManyRows(count: number): void {
  if (count <= MAX_CSV_ROWS) return;
  const detail = `CSV holds at most ${MAX_CSV_ROWS} rows: narrow the filters.`;
  throw new AppError('invalid-content', { detail, errors: [] });
}

export const wantsCsv = (headers: Readonly<Record<string, string | undefined>>): boolean =>
  /(^|,)\s*text\/csv\b/i.test(headers.accept ?? '');

/** Whole cents as an amount with two decimals: -1500 is -15.00. */
export const csvAmount = (cents: number): string => (cents / 100).toFixed(2);

const lineOf = (row: readonly Cell[]): string => `${row.map(cellOf).join(',')}\r\n`;

function cellOf(value: Cell): string {
  const text = value === null ? '' : String(value);
  // A spreadsheet would run what begins like a formula; a plain number is none.
  const harmless = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
