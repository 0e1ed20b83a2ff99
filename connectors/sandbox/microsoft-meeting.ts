/** Invitations in a mailbox: how Exchange files one that came by mail, and what an answer makes of it. No sockets. */
import { isDeepStrictEqual } from 'node:util';
import {
  changedEvent,
  madeEvent,
  never,
  type StoredEvent,
  type StoredMeeting,
  type WireEvent,
} from './microsoft-event.ts';

export type Invitation = Readonly<{ uid: string; organizer: StoredMeeting['organizer']; event: WireEvent }>;
export type Answering = Readonly<{
  response: 'accepted' | 'tentativelyAccepted' | 'declined';
  /** ISO time. */
  at: string;
  /** Their Outlook is set to keep what they declined, which it otherwise removes (reference section 10.1). */
  keepsDeclined?: boolean;
  /** The answered item is another one, as change feeds now and then show (reference section 10.3). */
  anew?: boolean;
}>;

const unanswered = { response: 'notResponded', time: never } as const;
const shownAs = { accepted: 'busy', tentativelyAccepted: 'tentative', declined: 'free' } as const;

/** Not answered, its time held as tentative. */
export function filedEvent({ uid, organizer, event }: Invitation, createdAt: string): StoredEvent {
  const filed = madeEvent({ ...event, showAs: 'tentative' }, { iCalUId: uid, createdAt });
  return { ...filed, meeting: { organizer, ...unanswered } };
}

/** After an update by its organiser; with another time the answer is asked for anew. */
export function updatedMeeting(event: StoredEvent, given: WireEvent, revision: number): StoredEvent {
  const next = changedEvent(event, given, revision);
  if (next.meeting === null || isDeepStrictEqual(next.fields.times, event.fields.times)) return next;
  return { ...next, fields: { ...next.fields, showAs: 'tentative' }, meeting: { ...next.meeting, ...unanswered } };
}

/** After its owner's answer; null: it is removed. */
export function answeredMeeting(
  event: StoredEvent,
  meeting: StoredMeeting,
  { response, at, keepsDeclined = false }: Answering,
): StoredEvent | null {
  if (response === 'declined' && !keepsDeclined) return null;
  const fields = { ...event.fields, showAs: shownAs[response] };
  return { ...event, fields, meeting: { ...meeting, response, time: at } };
}
