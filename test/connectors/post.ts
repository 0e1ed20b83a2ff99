/** A mailbox of the office at each provider, in its sandbox, as the tests of sending need it. */
import { mailScopes, openGmail } from '../../connectors/google/mail.ts';
import { openGraphMail } from '../../connectors/microsoft/mail.ts';
import { startGoogleSandbox } from '../../connectors/sandbox/google-server.ts';
import { startMicrosoftSandbox } from '../../connectors/sandbox/microsoft-server.ts';
import { composeMime } from '../../src/mail/transports/mime.ts';
import type { MailDoor, MailTransport } from '../../src/mail/transports/transport.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { settingsOf } from '../contract/google-bench.ts';
import { registration, settingsFor } from '../contract/microsoft-bench.ts';

export const officeMailbox = 'office@tide.test';

/** Something that befalls a request: `lookFor` or `send`. */
export type Fault = Readonly<{
  on: 'look' | 'send';
  /** The connection breaks before or after the request was done … */
  drop?: 'before' | 'after';
  /** … or this is said instead. */
  status?: number;
  code?: string;
  retryAfter?: string;
}>;

export interface Post extends AsyncDisposable {
  transport: MailTransport;
  /** Raw messages that went out, oldest first. */
  sent(): string[];
  /** Requests to the mailbox since it was last asked, without those for tokens. */
  requests(): string[];
  fail(fault: Fault): void;
  /** Opened with another right, key or secret than the good one. */
  openWrongly(): MailTransport;
  /** Every request for a token fails with this status. */
  failTokens(status: number): void;
  expireTokens(): void;
  stop(): Promise<void>;
}

type Clock = Pick<Runtime, 'now' | 'id'>;

const doorOf = ({ now }: Clock): MailDoor => ({
  fetch: globalThis.fetch,
  now,
  mime: mail => composeMime(mail, now()),
});

export async function openGmailPost(clock: Clock): Promise<Post> {
  const log: string[] = [];
  const sandbox = await startGoogleSandbox({
    runtime: { ...clock, sleep: async () => undefined },
    users: [{ email: officeMailbox }],
    onRequest: ({ method, path }) => void log.push(`${method} ${path}`),
  });
  const open = (serviceAccountKey: ReturnType<typeof sandbox.addServiceAccount>) =>
    openGmail({ ...settingsOf(sandbox), serviceAccountKey }, officeMailbox, doorOf(clock));
  const stop = () => sandbox.stop();
  return {
    transport: open(sandbox.addServiceAccount('mail', mailScopes.split(' '))),
    sent: () => sandbox.gmail.sent().map(({ raw }) => raw),
    requests: () => log.splice(0).filter(line => line.includes('/gmail/')),
    fail({ on, drop, status, code, retryAfter }) {
      const path = '/gmail/';
      const method = on === 'look' ? 'GET' : 'POST';
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      const body = code === undefined ? '' : JSON.stringify({ error: { errors: [{ reason: code }], code: status } });
      sandbox.fail({
        path,
        method,
        ...(drop && { drop }),
        ...(status !== undefined && { reply: { status, headers, body } }),
      });
    },
    openWrongly: () => open(sandbox.addServiceAccount('calendar-only', [])),
    failTokens: status => sandbox.fail({ path: '/token', times: 9, reply: { status, body: 'down' } }),
    expireTokens: () => sandbox.oauth.expireAccess(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export async function openGraphPost(clock: Clock): Promise<Post> {
  const log: string[] = [];
  const sandbox = await startMicrosoftSandbox({
    runtime: { ...clock, sleep: async () => undefined },
    registration,
    users: [{ address: officeMailbox, name: 'The office' }],
    onRequest: ({ method, path }) => void log.push(`${method} ${path}`),
  });
  const open = (clientSecret: string) =>
    openGraphMail({ ...settingsFor(sandbox), clientSecret }, officeMailbox, doorOf(clock));
  const stop = () => sandbox.stop();
  return {
    transport: open(registration.clientSecret),
    sent: () => sandbox.world.sent.map(({ mime }) => mime),
    requests: () => log.splice(0).filter(line => line.includes('/v1.0/')),
    fail({ on, drop, status, code, retryAfter }) {
      const path = on === 'look' ? /sentitems/ : /sendMail/;
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      const body = code === undefined ? {} : { error: { code, message: 'no' } };
      sandbox.fail({ path, ...(drop && { drop }), ...(status !== undefined && { reply: { status, headers, body } }) });
    },
    openWrongly: () => open('another secret'),
    failTokens: status => {
      sandbox.entra.failWith = status;
    },
    expireTokens: () => sandbox.entra.expireAccess(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
