/** Mail as data: what each person was last told, and the messages on their way. design.md section 7. */
import type { EventId, Instant, OutboxId, PersonId, ProductionId } from './ids.ts';
import type { When } from './when.ts';

/** What a message says of one event to one reader; the difference between two of these decides whether to write. */
export type Statement = Readonly<{
  when: When;
  title: string;
  /** One line: venue and address, as that reader may see it. */
  place: string;
  onlineUrl: string | null;
  status: 'confirmed' | 'tentative';
  role: 'required' | 'optional';
  /** The whole text about the event beside the above: stops, own call, notes. A change here alone mails nobody. */
  details: string;
  /** RRULE and exceptions as text for the reader and as data for single occurrences; null: a single event. */
  occurrences: readonly Readonly<{ occurrence: string; when: When; place: string }>[] | null;
}>;

/** Whom a message goes to, and about whom it is (an agent is told of a client). */
export type Reader = Readonly<{ person: PersonId; about: PersonId }>;

export type Told = Readonly<{
  production: ProductionId;
  event: EventId;
  reader: Reader;
  /** The last statement made; null: they were told it is off. */
  statement: Statement | null;
  uid: string;
  /** SEQUENCE of the last message of this UID to this reader; never falls. */
  sequence: number;
  eventVersion: number;
  /** Whether that message carried a calendar part (iTIP); its updates and cancellation must as well. */
  itip: boolean;
  /** Message-IDs sent so far, oldest first: References of the next. */
  messageIds: readonly string[];
  at: Instant;
}>;

export type MessageKind = 'invite' | 'update' | 'cancel';
export type MessageState = 'held' | 'due' | 'sending' | 'sent' | 'failed' | 'unknown' | 'dropped';

/** A rendered mail, ready for a transport. */
export type Mail = Readonly<{
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  references: readonly string[];
  /** The iTIP part, CRLF; null: a plain mail. */
  calendar: Readonly<{ method: 'REQUEST' | 'CANCEL'; ics: string }> | null;
}>;

export type OutboxMessage = Readonly<{
  id: OutboxId;
  production: ProductionId;
  event: EventId;
  reader: Reader;
  kind: MessageKind;
  state: MessageState;
  /** The event version it speaks of. */
  version: number;
  statement: Statement | null;
  sequence: number;
  messageId: string;
  /** Held for a person's release (a large batch, a first import), or waiting for the quiet period. */
  waitsFor: 'release' | 'quiet' | null;
  dueAt: Instant;
  createdAt: Instant;
  /** When its content last changed: the quiet period counts from here. */
  changedAt: Instant;
  sentAt: Instant | null;
  tries: number;
  /** One line, without the address or the text. */
  problem: string | null;
  /** Set when sending began; a repeat sends exactly this again. */
  mail: Mail | null;
}>;
