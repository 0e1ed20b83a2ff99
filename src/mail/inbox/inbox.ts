/** The contract between the reader of answers and a mailbox. Those of providers are in connectors/. */
import type { Instant } from '../../model/ids.ts';

/** A mailbox that is looked into and left as it is: nothing in it is marked, moved or deleted. */
export interface Inbox {
  /** Tells this mailbox from others, without a secret. */
  readonly name: string;
  /**
   * What came after a position of an earlier batch, oldest first; null: what came within the last `lookBackDays`. Also
   * when the mailbox no longer knows the position, so mails may come again. Throws MailError.
   */
  read(after: string | null, signal: AbortSignal): AsyncIterable<InboxBatch>;
  /** Asks whether it could be read now. Throws MailError. */
  check(): Promise<void>;
}

export type InboxBatch = Readonly<{
  /** Whole messages (RFC 5322) that hold a calendar part; all other mail stays where it is. */
  mails: readonly Uint8Array[];
  /** How many hold one and cannot be had: larger than `maxMailBytes`, or the server does not give them out. */
  unread: number;
  /** Opaque to all but its mailbox; good once the batch is dealt with. */
  position: string;
}>;

export const lookBackDays = 14;
/** An answer is a few kilobytes, its decorations included. */
export const maxMailBytes = 1024 * 1024;

/** Everything a provider's mailbox may use of the outside world. */
export type InboxDoor = Readonly<{ fetch: typeof fetch; now(): Instant }>;

/** Mailboxes at providers that are read by an interface of their own, by the scheme of their address. */
export type Inboxes = Readonly<Partial<Record<'graph', (mailbox: string, door: InboxDoor) => Inbox>>>;
