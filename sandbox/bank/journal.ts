import { type FileHandle, mkdir, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/** A transfer that was executed. Of the card only its last four digits are kept. */
export interface Transfer {
  readonly key: string;
  readonly cardLast4: string;
  readonly amountCents: number;
  readonly at: string;
}

/** What was decided about a key, for ever: whoever comes with it again gets the same answer. */
export interface Entry extends Transfer {
  readonly outcome: 'executed' | 'refused';
}

/**
 * The bank's memory: a line of JSON an entry, in a file that is only appended to. An entry counts once it is on the
 * disk; entries that come at once share one write.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #entries: Map<string, Promise<Entry>>;
  readonly #executed: Transfer[] = [];
  #waiting: { entry: Entry; written: (entry: Entry) => void }[] = [];
  #writing: Promise<void> | null = null;

  private constructor(file: FileHandle, entries: readonly Entry[]) {
    this.#file = file;
    this.#entries = new Map(entries.map((entry) => [entry.key, Promise.resolve(entry)]));
    for (const entry of entries) this.#noteExecuted(entry);
  }

  static async open(folder: string): Promise<Journal> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'journal.jsonl');
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''; // whatever else it is, the bank must not forget
      throw error;
    });
    // A line that a kill has torn was never answered for.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
    const lines = whole.split('\n').filter((line) => line !== '');
    return new Journal(
      await open(path, 'a'),
      lines.map((line) => JSON.parse(line) as Entry),
    );
  }

  /** What was decided about a key, as soon as it is on the disk; undefined: nothing. */
  entryOf(key: string): Promise<Entry> | undefined {
    return this.#entries.get(key);
  }

  /** Enters what is decided about a key that has no entry; resolves when it is on the disk. */
  add(entry: Entry): Promise<Entry> {
    if (this.#entries.has(entry.key)) throw new RangeError('this key was decided before');
    const durable = new Promise<Entry>((written) => this.#waiting.push({ entry, written }));
    this.#entries.set(entry.key, durable);
    this.#writing ??= this.#write();
    return durable;
  }

  /** Executed transfers, oldest first. */
  get executed(): readonly Transfer[] {
    return this.#executed;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  /** A write that fails ends the process: what is on the disk is then read anew, and is what counts. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#file.appendFile(batch.map(({ entry }) => `${JSON.stringify(entry)}\n`).join(''));
      await this.#file.datasync();
      for (const { entry, written } of batch) {
        this.#noteExecuted(entry);
        written(entry);
      }
    }
    this.#writing = null;
  }

  #noteExecuted({ outcome, ...transfer }: Entry): void {
    if (outcome === 'executed') this.#executed.push(transfer);
  }
}
