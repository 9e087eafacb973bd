// A mail server on this machine that takes whatever comes: as much SMTP as a mail needs.
import { type AddressInfo, type Socket, createServer } from 'node:net';

export interface MailServer {
  readonly port: number;
  /** The mails as they came, headers included. */
  readonly mails: string[];
  readonly stop: () => void;
}

function serve(socket: Socket, mails: string[]): void {
  let unread = '';
  let isData = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  say('220 mail.test');
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    unread += bytes.toString('utf8');
    for (;;) {
      const end = unread.indexOf(isData ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const said = unread.slice(0, end);
      unread = unread.slice(end + (isData ? 5 : 2));
      if (isData) {
        mails.push(said);
        isData = false;
        say('250 taken');
        continue;
      }
      isData = /^DATA/i.test(said);
      say(isData ? '354 go on' : /^QUIT/i.test(said) ? '221 bye' : '250 mail.test');
      if (/^QUIT/i.test(said)) socket.end();
    }
  });
}

export async function mailServer(): Promise<MailServer> {
  const mails: string[] = [];
  const server = createServer((socket) => serve(socket, mails));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { port: (server.address() as AddressInfo).port, mails, stop: () => server.close() };
}
