/** What a refusal of Google means to the engine. Pure. reference/google-calendar.md section 17. */
import type { Instant } from '../../src/model/ids.ts';
import { RemoteError, type RemoteKind } from '../../src/sync/remote-error.ts';
import { retryAtOf } from '../http.ts';
import { limits } from './limits.ts';
import { type Refusal, refusalOf } from './wire.ts';

/** Any answer, before it is judged. */
export type GoogleReply = Readonly<{ status: number; text: string; retryAfter: string | null }>;

/** What was asked of what: a 404 says something else of a calendar than of an item. */
export type Act = Readonly<{ on: 'calendar' | 'item'; now: Instant }>;

type Meaning = readonly [kind: RemoteKind, message: string];

const forbidden: Meaning = ['forbidden', 'Google does not allow this'];

/** 403 has many meanings; the reason tells them apart. */
const byReason: Readonly<Record<string, Meaning>> = {
  rateLimitExceeded: ['throttled', 'too many requests for Google'],
  userRateLimitExceeded: ['throttled', 'too many requests for this mailbox'],
  quotaExceeded: ['throttled', 'the usage limits of this Google account are reached; they last for hours'],
  dailyLimitExceeded: ['throttled', "the project's daily limit at Google is reached"],
  insufficientPermissions: ['reconnect', 'the consent lacks the calendar: connect this Google calendar again'],
  accessNotConfigured: [
    'reconnect',
    'the Google Calendar API is off in this Google Cloud project: enable it in the console',
  ],
  notACalendarUser: ['reconnect', 'this Google account has no calendar: an administrator must switch Calendar on'],
  domainPolicy: ['reconnect', 'the Workspace forbids this: its administrator must allow the app'],
  requiredAccessLevel: [
    'forbidden',
    'the calendar may only be read: its owner must allow changes to events, or link it as `busy`',
  ],
  forbiddenForNonOrganizer: ['forbidden', 'only the organiser may change this event'],
  forbiddenForServiceAccounts: ['forbidden', 'Google does not let a service account do this without delegation'],
};

const byStatus: Readonly<Record<number, Meaning>> = {
  400: ['rejected', 'Google refused the request'],
  401: ['reconnect', 'Google does not take the sign-in any more: connect this Google calendar again'],
  403: forbidden,
  405: ['unsupported', 'Google does not offer this'],
  408: ['timeout', 'Google gave up waiting'],
  409: ['exists', 'an event of that id is or was there'],
  412: ['stale', 'somebody else changed the event'],
  413: ['rejected', 'the event is too large for Google'],
  429: ['throttled', 'too many requests for Google'],
  501: ['unsupported', 'Google does not offer this'],
};

/** Limits that are not over in a minute. */
const longReasons: ReadonlySet<string> = new Set(['quotaExceeded', 'dailyLimitExceeded']);
const cursorReasons: ReadonlySet<string> = new Set(['fullSyncRequired', 'updatedMinTooLongAgo']);

/** The error for a reply that is not a success. */
export function errorOfReply(reply: GoogleReply, act: Act): RemoteError {
  const refusal = refusalOf(reply.text);
  const reason = refusal.detail === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' ? 'insufficientPermissions' : refusal.reason;
  const detail = { status: reply.status, ...(reason === null ? {} : { reason }) };
  if (isLostCursor(reply.status, refusal)) {
    return new RemoteError('cursor-expired', 'Google no longer knows the sync token', { detail });
  }
  if (refusal.location === 'pageToken') {
    return new RemoteError('unavailable', 'Google lost its place in the listing', { detail, outcome: 'not-done' });
  }
  if (reply.status === 404 || reply.status === 410) return goneError(act.on, reply.status);
  if (reply.status === 409 && reason === 'conflict') {
    return new RemoteError('unavailable', 'Google was busy with this event', { detail, outcome: 'not-done' });
  }
  const meaning = meaningOf(reply.status, reason);
  const [kind, message] = meaning ?? (reply.status >= 500 ? failed : unexpected);
  const asked = retryAtOf(reply.retryAfter, act.now);
  const floor = reason !== null && longReasons.has(reason) ? act.now + limits.usagePauseMs : null;
  const retryAt = floor === null ? asked : Math.max(floor, asked ?? floor);
  // A status that names its reason was given before anything was done.
  const outcome = meaning !== null && reply.status !== 408 ? ({ outcome: 'not-done' } as const) : {};
  const said = kind === 'rejected' && reason !== null ? `${message}: ${reason}` : message;
  return new RemoteError(kind, said, { detail, retryAt, ...outcome });
}

export function goneError(on: Act['on'], status: number): RemoteError {
  const message =
    on === 'calendar' ? 'the calendar is not there, or is shared with us no more' : 'the event is not there';
  return new RemoteError('gone', message, { detail: { status, scope: on } });
}

function meaningOf(status: number, reason: string | null): Meaning | null {
  if (status === 403) return (reason === null ? null : byReason[reason]) ?? forbidden;
  return byStatus[status] ?? null;
}

/** 410 also means a deleted event; a token that never was one is a 400. */
function isLostCursor(status: number, { reason, location }: Refusal): boolean {
  if (status === 410) return cursorReasons.has(reason ?? '') || location === 'syncToken';
  return status === 400 && location === 'syncToken';
}

const failed: Meaning = ['unavailable', 'Google failed'];
const unexpected: Meaning = ['protocol', 'this does not answer as Google Calendar does: is the address right?'];
