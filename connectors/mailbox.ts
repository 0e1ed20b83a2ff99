/**
 * What mailboxes at providers have in common: a mail that may have gone out before is looked for in Sent first, a
 * provider that asks for a pause gets it, and every failure is said in the words of src/mail.
 */
import { MailError, type MailErrorKind } from '../src/mail/mail-error.ts';
import type { MailDoor, MailTransport } from '../src/mail/transports/transport.ts';
import type { Instant } from '../src/model/ids.ts';
import { RemoteError, type RemoteKind } from '../src/sync/remote-error.ts';

/** One mailbox in its provider's wire form. Everything throws RemoteError, or MailError where the fault is clear. */
export type Mailbox = Readonly<{
  /** `Gmail`: who it is that refuses or fails. */
  service: string;
  perMinute: number;
  /** By the provider's own code of a refusal: what is wrong and how it is mended, where only a person can. */
  mends: Readonly<Record<string, string>>;
  /** Whether a message of this Message-ID (with its angle brackets) is in Sent. */
  isSent(messageId: string): Promise<boolean>;
  send(mime: Buffer): Promise<void>;
  /** Any request that needs the rights which sending and looking need, as far as one without effect can. */
  check(): Promise<void>;
}>;

export function mailboxTransport(mailbox: Mailbox, door: Pick<MailDoor, 'now' | 'mime'>): MailTransport {
  let restsUntil: Instant = 0;
  const asking = async <Result>(isSending: boolean, ask: () => Promise<Result>): Promise<Result> => {
    if (door.now() < restsUntil) throw resting(mailbox);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.kind === 'throttled') restsUntil = error.retryAt ?? 0;
      throw mailErrorOf(error, mailbox, isSending);
    }
  };
  return {
    parallel: 1,
    perMinute: mailbox.perMinute,
    async send(mail, past = { mayBeSent: false }) {
      if (past.mayBeSent && (await asking(false, () => mailbox.isSent(mail.messageId)))) return;
      const mime = await door.mime(mail);
      await asking(true, () => mailbox.send(mime));
    },
    check: () => asking(false, () => mailbox.check()),
    async [Symbol.asyncDispose]() {},
  };
}

/** Whoever signs in by `token` is told of a refusal in the words of the sign-in itself. */
export async function signingIn<Result>(service: string, token: () => Promise<Result>): Promise<Result> {
  try {
    return await token();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.kind === 'reconnect') throw new MailError('sign-in', error.message, { cause: error });
    throw new MailError('unreachable', `the sign-in for ${service} cannot be reached`, { cause: error });
  }
}

/**
 * Asks a mailbox that is only read. While the provider wants a pause nothing is asked.
 * @param mends by the provider's own code of a refusal, as of Mailbox
 */
export function readingMailbox(
  { service, mends }: Pick<Mailbox, 'service' | 'mends'>,
  { now }: Pick<MailDoor, 'now'>,
): <Result>(ask: () => Promise<Result>) => Promise<Result> {
  let restsUntil: Instant = 0;
  const pause = () => new MailError('unreachable', `${service} gives no more of this mailbox for now`);
  return async ask => {
    if (now() < restsUntil) throw pause();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      if (error.kind === 'throttled') restsUntil = error.retryAt ?? 0;
      const mend = mends[codeOf(error)];
      if (mend !== undefined) throw new MailError('sign-in', mend, { cause: error });
      if (error.kind === 'throttled') throw pause();
      const [kind, said] = refusals[error.kind] ?? failed;
      throw new MailError(kind === 'refused' ? 'unreachable' : kind, `${service} ${said}${numbersOf(error)}`, {
        cause: error,
      });
    }
  };
}

function resting({ service }: Pick<Mailbox, 'service'>): MailError {
  return new MailError('unreachable', `${service} takes no more mail from this mailbox for now`);
}

/** Of the provider's answer only status and code are kept: its text may hold an address. */
function mailErrorOf(error: RemoteError, { service, mends }: Mailbox, isSending: boolean): MailError {
  const mend = mends[codeOf(error)];
  if (mend !== undefined) return new MailError('sign-in', mend, { cause: error });
  if (error.kind === 'throttled') return resting({ service });
  if (isSending && error.outcome === 'unknown') {
    const next = 'it is looked for there, and sent if it is not found';
    return new MailError('unknown', `${service} did not confirm the message; ${next}`, { cause: error });
  }
  const [kind, said] = refusals[error.kind] ?? failed;
  return new MailError(kind, `${service} ${said}${numbersOf(error)}`, { cause: error });
}

function codeOf({ detail }: RemoteError): string {
  return String(detail.reason ?? detail.code ?? '');
}

function numbersOf(error: RemoteError): string {
  const numbers = [error.detail.status, codeOf(error)].filter(Boolean).join(' ');
  return numbers === '' ? '' : ` (${numbers})`;
}

type Meaning = readonly [MailErrorKind, string];
const failed: Meaning = ['unreachable', 'cannot be reached, or failed'];
const refused: Meaning = ['refused', 'refuses this message'];
const shut: Meaning = ['sign-in', 'does not let callboard use this mailbox'];
const refusals: Readonly<Partial<Record<RemoteKind, Meaning>>> = {
  rejected: refused,
  unsupported: refused,
  reconnect: shut,
  forbidden: shut,
  gone: ['sign-in', 'knows no such mailbox: check its address'],
};
