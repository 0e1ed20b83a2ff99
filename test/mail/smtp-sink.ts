/** A mail server of our own for tests: what it took, and what it does wrong on request. */
import type { Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type Behaviour =
  | 'accept'
  /** Answers this code to RCPT or after DATA, then nothing different. */
  | Readonly<{ code: number; at: 'rcpt' | 'data' }>
  /** Takes the message and loses the connection before it answers. */
  | 'cut';

export type Taken = Readonly<{ from: string; to: readonly string[]; raw: string }>;

export class SmtpSink implements AsyncDisposable {
  readonly taken: Taken[] = [];
  /** What each further message meets, first come first served; afterwards all are accepted. */
  readonly script: Behaviour[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: SMTPServer;
  port = 0;

  constructor(credential: Readonly<{ user: string; pass: string }> | null = null) {
    this.#server = new SMTPServer({
      authOptional: credential === null,
      disabledCommands: credential === null ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) => {
        const good = auth.username === credential?.user && auth.password === credential?.pass;
        if (good) done(null, { user: auth.username ?? '' });
        else done(new Error('no'));
      },
      onRcptTo: (_address, _session, done) => {
        const [next] = this.script;
        if (typeof next !== 'object' || next.at !== 'rcpt') return done();
        this.script.shift();
        done(answer(next.code));
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const next = this.script.shift() ?? 'accept';
          if (typeof next === 'object') return done(answer(next.code));
          const { mailFrom, rcptTo } = session.envelope;
          const from = mailFrom === false ? '' : mailFrom.address;
          this.taken.push({ from, to: rcptTo.map(one => one.address), raw: Buffer.concat(chunks).toString('utf8') });
          if (next === 'cut') for (const socket of this.#sockets) socket.destroy();
          else done();
        });
      },
    });
    this.#server.on('error', () => undefined);
    this.#server.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    return this;
  }

  get messageIds(): (string | undefined)[] {
    return this.taken.map(({ raw }) => /^Message-ID: (.*)\r$/m.exec(raw)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }
}

function answer(responseCode: number): Error {
  return Object.assign(new Error('5.1.1 alice@example.test is not here'), { responseCode });
}
