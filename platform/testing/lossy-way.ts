import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

/**
 * A way to the database that is lost at a COMMIT: before the database gets to see it, or after it has made it, on the
 * answer's way back; nobody on this side can tell the two apart. Or one that swallows everything, and stays open.
 */
export function lossyWay(to: () => URL) {
  let isHole = false;
  let holeFrom: string | null = null;
  let next: 'before' | 'after' | null = null;
  let statement = '';
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    const { hostname, port } = to();
    const database = connect(Number(port), hostname);
    let isMeant = false;
    const cut = () => {
      next = null;
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    client.on('data', (bytes) => {
      isMeant = !bytes.includes('START TRANSACTION') && (isMeant || bytes.includes(statement));
      const when = isMeant && bytes.includes('COMMIT') ? next : null;
      isHole ||= holeFrom !== null && bytes.includes(holeFrom);
      if (isHole) return;
      if (when === 'before') return cut();
      if (when === 'after') {
        database.removeAllListeners('data');
        database.once('data', cut);
      }
      database.write(bytes);
    });
    database.on('data', (bytes) => void (isHole || client.write(bytes)));
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    env: () => {
      const url = new URL(to());
      url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      return { ATES_DATABASE_URL: url.href };
    },
    /** Cuts the connection at the next COMMIT; with `of`, at that of the next transaction with such a statement. */
    cut(when: 'before' | 'after', of = ''): void {
      next = when;
      statement = of;
    },
    /** Nothing gets through any more, either way, once a statement with `from` is sent; null: everything does. */
    swallow(from: string | null): void {
      holeFrom = from;
      isHole = false;
    },
    /** Whether there was a cut. */
    isCut: () => next === null,
  };
}
