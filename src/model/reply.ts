/** What somebody answered to an event: reference/production-domain.md section 2, "Reply state". */
import type { EventId, Instant, PersonId, ProductionId } from './ids.ts';
import type { OccurrenceStart } from './series.ts';
import type { When } from './when.ts';

export const answers = ['accepted', 'tentative', 'declined'] as const;
export type Answer = (typeof answers)[number];

/** Where an answer came from: an iTIP REPLY or COUNTER, the response shown in a calendar. */
export type ReplySource = 'mail' | 'calendar';

/**
 * One answer as it is on record. The one read last of a person for an event (or for one date of it) is theirs: what had
 * been overtaken when it came in was not recorded.
 */
export type Reply = Readonly<{
  /** The same answer told twice has the same id. */
  id: string;
  production: ProductionId;
  event: EventId;
  /** Whose attendance it is about. */
  person: PersonId;
  /** Who gave it: they themselves, or who reads mail for them (agent, guardian). */
  by: PersonId;
  answer: Answer;
  /** One date of a series; null: all of it. */
  occurrence: OccurrenceStart | null;
  /** Another time they propose instead; null: none. */
  proposed: When | null;
  /** What they wrote beside it, plain text, at most 1,000 characters. */
  comment: string;
  source: ReplySource;
  /** The event version they had been told when they answered. */
  version: number;
  /** When they answered, by the clock of their program. */
  at: Instant;
  /** When we read it. */
  receivedAt: Instant;
}>;
