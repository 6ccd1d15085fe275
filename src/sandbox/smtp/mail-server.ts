import { type AddressInfo, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Account, Reply } from './account.js';

/** What the server asks of the account behind it, and tells it. */
export interface Desk {
  account(): Account;
  /** Is it more than the account may send now? */
  tooMuch(): boolean;
  take(mail: { readonly from: string; readonly to: readonly string[]; readonly source: string }): void;
  refused(what: string, reply: Reply): void;
}

export interface MailServer {
  /** @returns the port it listens on */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
}

const wrongLogin: Reply = { code: 535, text: '5.7.8 Username and password not accepted' };
const loginNeeded: Reply = { code: 530, text: '5.7.0 Authentication required' };
const slowDown: Reply = { code: 450, text: '4.7.0 Too many mails in a minute, slow down' };
const mostBytes = 10 * 1024 * 1024;

/** A mail server that delivers nothing: real SMTP, in the open, for this machine alone. */
export function createMailServer(desk: Desk): MailServer {
  const sockets = new Map<number | undefined, Socket>();
  const cut = (session: SMTPServerSession): void => {
    sockets.get(session.remotePort)?.destroy();
  };
  const refuse = (what: string, reply: Reply): Error => {
    desk.refused(what, reply);
    return Object.assign(new Error(reply.text), { responseCode: reply.code });
  };
  const answer = (what: string, reply: Reply | null | undefined): Error | null =>
    reply === null || reply === undefined ? null : refuse(what, reply);

  const server = new SMTPServer({
    name: 'sandbox.test',
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    authOptional: true,
    size: mostBytes,
    logger: false,
    onConnect: (session, done) => {
      const { greeting, login } = desk.account().behaviour;
      if (login === 'none') session.disabledCommands = ['AUTH', 'STARTTLS'];
      done(answer('connection', greeting));
    },
    onAuth: ({ username, password }, _session, done) => {
      const { user, password: right, behaviour } = desk.account();
      if (!behaviour.refuseLogins && username === user && password === right) done(null, { user });
      else done(refuse(`login of ${username ?? 'nobody'}`, wrongLogin));
    },
    onMailFrom: ({ address }, { user }, done) => {
      const { behaviour } = desk.account();
      const from = `mail from ${address}`;
      if (behaviour.login === 'required' && user === undefined) done(refuse(from, loginNeeded));
      else if (desk.tooMuch()) done(refuse(from, slowDown));
      else done(answer(from, behaviour.sender));
    },
    onRcptTo: ({ address }, session, done) => {
      const { drop, recipients } = desk.account().behaviour;
      if (drop === 'before') cut(session);
      else done(answer(`mail to ${address}`, recipients[address.toLowerCase()]));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mail, drop } = desk.account().behaviour;
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        const refusal = answer(`mail from ${from} to ${to.join(', ')}`, mail);
        if (refusal === null) desk.take({ from, to, source: Buffer.concat(chunks).toString('latin1') });
        if (drop === 'after') cut(session);
        else done(refusal);
      });
    },
  });
  // A client that leaves in the middle is no fault of the server's.
  server.on('error', () => undefined);
  server.server.on('connection', (socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.server.once('error', reject);
        server.listen(port, host, () => resolve((server.server.address() as AddressInfo).port));
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy();
        server.close(resolve);
      }),
  };
}
