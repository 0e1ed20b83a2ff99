/** The pairing of one event and one calendar, and what is known of it. */
import type { Face, Field, Fields } from './face.ts';
import type { AttemptId, CalendarId, CopyKey, EventId, Instant, RemoteId, Tag } from './ids.ts';
import type { Answer } from './reply.ts';

/** The last agreement, from both sides. Never compare `sent` with something seen. */
export type Base = Readonly<{
  sent: Face;
  seen: Face;
  tag: Tag | null;
  eventVersion: number;
  /** Units (sync/units.ts) whose `seen` is only what we expect of the provider, until the item is looked at. */
  guessed: readonly string[];
}>;

export type CopyState = 'wanted' | 'placed' | 'hidden' | 'removed' | 'stuck';

export type Copy = Readonly<{
  calendarId: CalendarId;
  eventId: EventId;
  /** Raised when a copy is made anew after a deletion. */
  generation: number;
  key: CopyKey;
  state: CopyState;
  remoteId: RemoteId | null;
  /** null until first placed. */
  base: Base | null;
  /** Why it is stuck, for people. */
  problem: string | null;
  /** Hash of the face the provider refused; tried again only when the face is another one. */
  stuckOn: string | null;
  /** When it was last written, newest last, at most 11: the churn brake counts them. */
  writes: readonly Instant[];
  /** What a secretary turned down; seeing it again means ours is to be put back. */
  declined: readonly Declined[];
}>;

/** A value that a person typed, by unit (sync/units.ts). */
export type Declined = Readonly<{ unit: string; value: unknown }>;

export type Attempt = Readonly<{
  id: AttemptId;
  calendarId: CalendarId;
  key: CopyKey;
  verb: 'create' | 'update' | 'remove';
  /** What was sent: the whole face for a create, nothing for a remove. */
  fields: Fields;
  /** The units (sync/units.ts) that this write meant to change; the rest of `fields` only came along. */
  units: readonly string[];
  startedAt: Instant;
  outcome: 'open' | 'done' | 'refused';
}>;

/** Our mark on an item: whose copy it is, and which version of the event was last written there. */
export type Marker = Readonly<{ key: CopyKey; version: number }>;

/** What an item is created from: identity chosen beforehand, so that a repeat collides. */
export type Creation = Readonly<{ marker: Marker; uid: string; face: Face; status: 'confirmed' | 'tentative' }>;

export type Change = Readonly<{
  marker: Marker;
  /** Only these fields are written; what the provider holds beside them stays. */
  fields: Fields;
  status: 'confirmed' | 'tentative';
}>;

/** What the owner of a calendar answered to an invitation that stands in it. */
export type GuestResponse = Readonly<{
  answer: Answer;
  /** When they answered, by the provider's clock; null: it does not say. */
  at: Instant | null;
  comment: string;
  /** The address that the answer stands under; null: the provider itself says that it is the owner's. */
  attendee: string | null;
}>;

export type Present = Readonly<{
  kind: 'present';
  remoteId: RemoteId;
  tag: Tag | null;
  face: Face;
  marker: Marker | null;
  uid: string | null;
  /** The provider's own form where an update must preserve it (CalDAV: the resource's text); else null. */
  native: string | null;
  /** Whether the item blocks its owner's time (transparency, declined or cancelled: no). */
  blocks: boolean;
  /** Something a person ought to know of how it was read; null: nothing. */
  remark: 'floating-time' | 'zone-guessed' | 'in-clock-gap' | null;
  /** null or missing: not answered, or nothing to answer. */
  response?: GuestResponse | null;
}>;
export type Gone = Readonly<{ kind: 'gone'; remoteId: RemoteId }>;
/** An item that could not be understood; set aside with its reason, the rest goes on. */
export type Unreadable = Readonly<{ kind: 'unreadable'; remoteId: RemoteId; tag: Tag | null; problem: string }>;
export type Observed = Present | Gone | Unreadable;

/** An observation as stored. Of an item that is not ours `face` holds only times and `native` is null. */
export type Sight = Readonly<{
  calendarId: CalendarId;
  seenAt: Instant;
  observed: Observed;
}>;

/** Both sides changed one field (or one side, where the other rules). Kept until a person decides. */
export type Met = Readonly<{
  field: Field;
  /** Which occurrence of a series; null: the event or the rule itself. */
  occurrence: string | null;
  ours: unknown;
  theirs: unknown;
  base: unknown;
}>;
