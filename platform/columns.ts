import { customType } from 'drizzle-orm/mysql-core';
import { type BusinessDate, isBusinessDate } from './business-day.ts';

/** The column types of every table; each converts in one place and refuses what JavaScript would get wrong. */

/** A UUID in lower case, compared byte by byte. */
export const uuid = customType<{ data: string; driverData: string }>({
  dataType: () => 'char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
});

/** A code or key, compared byte by byte: MySQL's default collation would fold case and accents. */
export const code = customType<{ data: string; driverData: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
});

/** Text for people; look-ups fold case and accents. */
export const text = customType<{ data: string; driverData: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
});

/** Long text for people, or JSON that is read and written whole. */
export const longText = customType<{ data: string; driverData: string }>({
  dataType: () => 'mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
});

/** An amount in whole cents, signed. mysql2 hands out numbers beyond 2^53 as strings: those are refused. */
export const cents = customType<{ data: number; driverData: number | string }>({
  dataType: () => 'bigint',
  fromDriver: safeInteger,
  toDriver: safeInteger,
});

/** A number of things or a position, 0 or more. */
export const count = customType<{ data: number; driverData: number | string }>({
  dataType: () => 'bigint unsigned',
  fromDriver: safeInteger,
  toDriver: safeInteger,
});

/** An instant in UTC with milliseconds. */
export const instant = customType<{ data: Date; driverData: string }>({
  dataType: () => 'datetime(3)',
  fromDriver: (value) => new Date(`${value.replace(' ', 'T')}Z`),
  toDriver: (value) => value.toISOString().replace('T', ' ').replace('Z', ''),
});

/** A business day, `YYYY-MM-DD`. */
export const day = customType<{ data: BusinessDate; driverData: string }>({
  dataType: () => 'date',
  fromDriver: (value) => {
    if (!isBusinessDate(value)) throw new RangeError('not a business day');
    return value;
  },
});

/** For sums too: SUM() of a bigint comes back as a DECIMAL, and mysql2 gives those as strings. */
export function safeInteger(value: number | string | null): number {
  const number = value === null ? 0 : Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('a stored number is not a safe integer');
  return number;
}
