import type { AddressInfo, Server } from 'node:net';
import { type Faults, NO_FAULTS } from './faults.ts';
import { httpServer } from './http.ts';
import { MessageFile } from './message-file.ts';
import { smtpServer } from './smtp.ts';

interface Place {
  /** Where the letters are kept. */
  readonly folder: string;
  readonly host: string;
  /** 0: any free port. */
  readonly smtpPort: number;
  readonly httpPort: number;
}

export interface Catcher {
  readonly smtpPort: number;
  readonly httpPort: number;
  close(): Promise<void>;
}

/** The mail server of a system that sends to nobody: takes letters by SMTP and shows them by HTTP. */
export async function startCatcher({ folder, host, smtpPort, httpPort }: Place): Promise<Catcher> {
  const messages = await MessageFile.open(folder);
  let faults = NO_FAULTS;
  let answersLost = 0;
  const smtp = smtpServer({
    store: (message) => messages.append(message),
    fault: () => (Math.random() < faults.share ? faults.mode : 'none'),
    answerLost: () => {
      answersLost += 1;
    },
  });
  const http = httpServer({
    messages,
    faults: {
      get: () => ({ ...faults, answersLost }),
      set: (wanted: Faults) => {
        faults = wanted;
      },
    },
  });
  await Promise.all([listen(smtp.server, smtpPort, host), listen(http, httpPort, host)]);
  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    httpPort: (http.address() as AddressInfo).port,
    async close() {
      http.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => smtp.close(resolve));
      await messages.close();
    },
  };
}

const listen = (server: Server, port: number, host: string) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
