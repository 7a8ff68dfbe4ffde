import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the bank misbehaves; `before` and `after` say whether the transfer is executed all the same. */
export const FAULT_MODES = [
  ...['none', 'refuse', 'timeout-before', 'timeout-after', 'error-before', 'error-after', 'slow'],
] as const;
export type FaultMode = (typeof FAULT_MODES)[number];

export interface Faults {
  readonly mode: FaultMode;
  /** Of the transfers, 0 to 1. */
  readonly share: number;
}

const NONE: Faults = { mode: 'none', share: 1 };

/** What somebody has sent as faults; null where it is none. */
export function faultsOf(value: unknown): Faults | null {
  const { mode, share = 1 } = Object(value) as { mode?: FaultMode; share?: number };
  const known = FAULT_MODES.find((one) => one === mode);
  return known && typeof share === 'number' && share >= 0 && share <= 1 ? { mode: known, share } : null;
}

/** The faults that are set, kept in the bank's folder: they stay until somebody changes them, whatever is killed. */
export class FaultSetting {
  readonly #path: string;
  #faults: Faults;

  constructor(folder: string) {
    this.#path = join(folder, 'faults.json');
    this.#faults = read(this.#path) ?? NONE;
  }

  get faults(): Faults {
    return this.#faults;
  }

  set(faults: Faults): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(faults));
    renameSync(`${this.#path}.new`, this.#path);
    this.#faults = faults;
  }

  /** What happens to the next transfer. @param dice gives 0 to below 1. */
  draw(dice: () => number): FaultMode {
    return dice() < this.#faults.share ? this.#faults.mode : 'none';
  }
}

function read(path: string): Faults | null {
  try {
    return faultsOf(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null; // never set
  }
}
