/** What a refusal by Microsoft Graph means to the engine. Pure. reference/microsoft-graph-calendar.md section 14. */
import { z } from 'zod';
import type { Instant } from '../../src/model/ids.ts';
import { RemoteError, type RemoteKind } from '../../src/sync/remote-error.ts';
import { retryAtOf } from '../http.ts';

/** What was asked of what: a 404 says something else of a calendar than of an item. */
export type Act = Readonly<{ on: 'calendar' | 'item'; now: Instant }>;

export type Refusal = Readonly<{
  status: number;
  /** The parsed body; anything at all. */
  body: unknown;
  retryAfter: string | null;
}>;

const wireError = z.object({
  error: z.object({ code: z.string().nullish(), '@event.existingEventId': z.string().nullish() }),
});

/** Graph's own code, in small letters; empty: none. */
function codeOf(body: unknown): string {
  return wireError.safeParse(body).data?.error.code?.toLowerCase() ?? '';
}

/** The event that a refused create names as the one already made. */
export function existingIdOf(body: unknown): string | null {
  return wireError.safeParse(body).data?.error['@event.existingEventId'] ?? null;
}

type Meaning = readonly [RemoteKind, string];

const byCode: Readonly<Record<string, Meaning>> = {
  errorduplicatetransactionid: ['exists', 'an event of that key has been made already'],
  errorirresolvableconflict: ['stale', 'somebody else changed the item'],
  timezonenotsupportedexception: ['rejected', 'Outlook does not know the time zone of the event'],
  erroroccurrencecrossingboundary: ['rejected', 'Outlook moves no date of a series onto or past its neighbour'],
  errorquotaexceeded: ['rejected', 'the mailbox is full'],
  errorinvaliduser: ['reconnect', 'the mailbox is not there any more: link another one'],
  request_resourcenotfound: ['reconnect', 'the mailbox is not there any more: link another one'],
  mailboxnotenabledforrestapi: ['unavailable', 'the mailbox has no licence, or is being moved'],
  authorization_requestdenied: ['forbidden', 'callboard lacks a permission in the directory: Calendars.ReadWrite'],
  erroraccessdenied: ['forbidden', 'callboard may not open this mailbox: the administrator must put it in its scope'],
  syncstatenotfound: ['cursor-expired', 'Graph no longer knows the delta link'],
  syncstateinvalid: ['cursor-expired', 'Graph no longer knows the delta link'],
  resyncrequired: ['cursor-expired', 'Graph no longer knows the delta link'],
};

const byStatus: Readonly<Record<number, Meaning>> = {
  400: ['rejected', 'Outlook will not store this item'],
  401: ['reconnect', 'Microsoft no longer accepts the sign-in: connect the calendar again'],
  403: ['forbidden', 'Microsoft does not allow this'],
  405: ['unsupported', 'Graph does not offer this'],
  408: ['timeout', 'Graph gave up waiting'],
  409: ['rejected', 'Graph reports a conflict it does not name'],
  410: ['cursor-expired', 'Graph no longer knows the delta link'],
  412: ['stale', 'somebody else changed the item'],
  413: ['rejected', 'the item is too large for Outlook'],
  429: ['throttled', 'too many requests for this mailbox'],
  501: ['unsupported', 'Graph does not offer this'],
  507: ['rejected', 'the mailbox is full'],
};

const unavailable: Meaning = ['unavailable', 'Microsoft Graph failed'];
const unexpected: Meaning = ['protocol', 'the server does not answer as Microsoft Graph: is graphRoot right?'];

/** The error for a reply that is not a success. */
export function remoteErrorOf({ status, body, retryAfter }: Refusal, act: Act): RemoteError {
  const code = codeOf(body);
  const detail = { status, ...(code === '' ? {} : { code }) };
  const retryAt = retryInstant(retryAfter, act.now);
  // A 5xx may have had its effect, whatever it says.
  if (status >= 500 && status !== 501 && status !== 507) {
    return new RemoteError(...unavailable, { detail, retryAt });
  }
  const known = byCode[code] ?? (status === 404 ? null : byStatus[status]);
  if (status === 404 && !known) return goneError(act.on, detail);
  const [kind, message] = known ?? unexpected;
  return new RemoteError(kind, message, { detail, retryAt, ...(kind === 'timeout' ? {} : { outcome: 'not-done' }) });
}

export function goneError(on: Act['on'], detail: RemoteError['detail'] = {}): RemoteError {
  const message = on === 'calendar' ? 'the calendar is not there' : 'the item is not there';
  return new RemoteError('gone', message, { detail: { ...detail, scope: on } });
}

/** Retry-After may be a fraction of seconds here. */
function retryInstant(header: string | null, now: Instant): Instant | null {
  const seconds = /^\s*(\d{1,9}\.\d+)\s*$/.exec(header ?? '')?.[1];
  return seconds === undefined ? retryAtOf(header, now) : now + Math.ceil(Number(seconds) * 1000);
}
