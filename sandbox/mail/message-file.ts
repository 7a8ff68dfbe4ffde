import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** A letter as it arrived. */
export interface Message {
  readonly id: string;
  readonly messageId: string;
  readonly from: string;
  /** Whom the envelope names, separated by commas. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  /** By name in lower case; a header that came more than once has all its values. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly at: string;
}

export type Summary = Pick<Message, 'id' | 'from' | 'to' | 'subject' | 'at'>;

/** A line of the file; what is kept of it in memory is small, so that a demonstration may run for days. */
interface Entry extends Summary {
  readonly offset: number;
  readonly bytes: number;
}

const LINE_FEED = 10;
const AT_ONCE = 100;

/**
 * The letters that were taken, a line of JSON each, only ever added. A line counts once it is on disk with its line
 * feed: what a kill left of one was never acknowledged, and is cut off at the next start.
 */
export class MessageFile {
  readonly #file: FileHandle;
  readonly #entries: Entry[] = [];
  #end = 0;
  #waiting: { message: Message; line: Buffer; done(error: Error | null): void }[] = [];
  #writing = false;

  static async open(folder: string): Promise<MessageFile> {
    await mkdir(folder, { recursive: true });
    const opened = new MessageFile(await open(join(folder, 'messages.jsonl'), 'a+'));
    await opened.#read();
    return opened;
  }

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Resolves when the letter is on disk; letters that come at once share one flush. */
  append(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = Buffer.from(`${JSON.stringify(message)}\n`);
      this.#waiting.push({ message, line, done: (error) => (error ? reject(error) : resolve()) });
      if (!this.#writing) void this.#write();
    });
  }

  /** Newest first, behind the letter `before`. */
  page(before: string | null, limit: number): { messages: readonly Summary[]; next: string | null } {
    const end = before === null ? this.#entries.length : this.#entries.findIndex(({ id }) => id === before);
    const from = Math.max(0, end - limit);
    const messages = this.#entries.slice(from, Math.max(0, end)).reverse();
    return { messages, next: from > 0 ? (messages.at(-1)?.id ?? null) : null };
  }

  async find(id: string): Promise<Message | null> {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    return entry ? (JSON.parse((await this.#lines(entry, entry))[0] as string) as Message) : null;
  }

  /** Every letter as JSON, newest first, read as it is needed. */
  async *newestFirst(): AsyncGenerator<string> {
    for (let end = this.#entries.length; end > 0; end -= AT_ONCE) {
      const some = this.#entries.slice(Math.max(0, end - AT_ONCE), end);
      yield* (await this.#lines(some[0] as Entry, some.at(-1) as Entry)).reverse();
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #lines(first: Entry, last: Entry): Promise<string[]> {
    const buffer = Buffer.alloc(last.offset + last.bytes - first.offset);
    await this.#file.read(buffer, 0, buffer.length, first.offset);
    return buffer.toString('utf8').trimEnd().split('\n');
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#file.appendFile(Buffer.concat(batch.map(({ line }) => line)));
        await this.#file.datasync();
        for (const { message, line, done } of batch) {
          this.#add(message, line.length);
          done(null);
        }
      } catch (error) {
        await this.#file.truncate(this.#end).catch(() => undefined); // a full disk may have taken a part of it
        for (const { done } of batch) done(error as Error);
      }
    }
    this.#writing = false;
  }

  async #read(): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of this.#file.createReadStream({ start: 0, autoClose: false })) {
      rest = Buffer.concat([rest, chunk as Buffer]);
      for (let at = rest.indexOf(LINE_FEED); at >= 0; at = rest.indexOf(LINE_FEED)) {
        this.#add(JSON.parse(rest.toString('utf8', 0, at)) as Message, at + 1);
        rest = rest.subarray(at + 1);
      }
    }
    if (rest.length > 0) await this.#file.truncate(this.#end);
  }

  #add({ id, from, to, subject, at }: Message, bytes: number): void {
    this.#entries.push({ id, from, to, subject, at, offset: this.#end, bytes });
    this.#end += bytes;
  }
}
