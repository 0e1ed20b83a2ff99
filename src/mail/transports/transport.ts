/** The contract between the outbox and a way for a mail to leave. Those of the providers are in connectors/. */
import type { Instant } from '../../model/ids.ts';
import type { Mail } from '../../model/message.ts';

export interface MailTransport extends AsyncDisposable {
  /** Messages sent at once. */
  readonly parallel: number;
  /** The server's own limit; null: none known. */
  readonly perMinute: number | null;
  /**
   * Hands one mail over, or throws MailError. One that may have gone out before is looked for first where the server
   * can be asked, and is not sent again when it is there.
   */
  send(mail: Mail, past?: Past): Promise<void>;
  /** Asks whether mail could be sent now, without sending any. Throws MailError. */
  check(): Promise<void>;
}

/** What became of this mail so far. */
export type Past = Readonly<{ mayBeSent: boolean }>;

/** Everything a provider's mailbox may use of the outside world. */
export type MailDoor = Readonly<{
  fetch: typeof fetch;
  now(): Instant;
  /** The whole message as it goes out (RFC 5322). */
  mime(mail: Mail): Promise<Buffer>;
}>;

/** Mailboxes at providers that take mail by an interface of their own, by the scheme of their address. */
export type Mailboxes = Readonly<
  Partial<Record<'gmail' | 'graph', (mailbox: string, door: MailDoor) => MailTransport>>
>;
