import { domainToASCII } from 'node:url';
import PostalMime, { type Address } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { v7 as uuidv7 } from 'uuid';
import type { Faults } from './faults.ts';
import type { Message } from './message-file.ts';

const MAX_BYTES = 10 * 1024 * 1024;

interface Given {
  /** Resolves when the letter is on disk. */
  store(message: Message): Promise<void>;
  /** What happens to this letter. */
  fault(): Faults['mode'];
  /** A letter was taken whose sender will not hear of it. */
  answerLost(): void;
}

/** Takes every letter, for whomever; none leaves the machine. */
export function smtpServer({ store, fault, answerLost }: Given): SMTPServer {
  const server = new SMTPServer({
    banner: 'ATES mail catcher',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    logger: false,
    maxClients: 500,
    socketTimeout: 60_000,
    closeTimeout: 1_000,
    onData(stream, session, callback) {
      take(stream, session).then(
        (answer) => answer && callback(answer.error, answer.text),
        (error: Error) => callback(refusal(451, `cannot be kept: ${error.message}`)),
      );
    },
  });

  /** Null: no answer is given at all. */
  async function take(stream: SMTPServerDataStream, session: SMTPServerSession) {
    const raw = Buffer.concat((await Array.fromAsync(stream)) as Buffer[]);
    if (stream.sizeExceeded) return { error: refusal(552, 'larger than 10 MiB') };
    const mode = fault();
    if (mode === 'refuse-4xx') return { error: refusal(451, 'not now: the catcher was told to refuse') };
    if (mode === 'refuse-5xx') return { error: refusal(554, 'never: the catcher was told to refuse') };
    const message = await messageOf(raw, session);
    await store(message);
    if (mode !== 'lose-answer') return { error: null, text: `taken as ${message.id}` };
    answerLost();
    for (const connection of server.connections) if (connection.id === session.id) connection.close();
    return null;
  }

  server.on('error', () => undefined); // a client that breaks off is its own trouble
  return server;
}

const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

async function messageOf(raw: Buffer, { envelope }: SMTPServerSession): Promise<Message> {
  const { headers, from, subject, text, html, messageId } = await PostalMime.parse(raw);
  const byName = Map.groupBy(headers, ({ key }) => key);
  const values = [...byName].map(([name, lines]) => {
    const [first, ...more] = lines.map(({ value }) => value);
    return [name, more.length > 0 ? [first, ...more] : first];
  });
  return {
    id: uuidv7(),
    messageId: messageId ?? '',
    from: addressOf(from),
    to: envelope.rcptTo.map(({ address }) => inAscii(address)).join(', '),
    subject: subject ?? '',
    text: text ?? '',
    html: html ?? null,
    headers: Object.fromEntries(values),
    at: new Date().toISOString(),
  };
}

/** smtp-server shows a domain in its own alphabet; mail servers know it in ASCII. */
function inAscii(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at + 1)}${domainToASCII(address.slice(at + 1)) || address.slice(at + 1)}`;
}

const addressOf = (from: Address | undefined): string => from?.address ?? '';
