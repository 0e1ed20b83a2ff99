/** What a CalDAV server's refusal means to the engine. Pure. */
import type { Instant } from '../../src/model/ids.ts';
import { RemoteError, type RemoteKind } from '../../src/sync/remote-error.ts';
import { retryAtOf } from '../http.ts';
import { preconditionOf } from './xml.ts';

/** What was asked of what: a 404 says something else of a calendar than of an item. */
export type Act = Readonly<{ on: 'calendar' | 'item'; now: Instant }>;

export type Refusal = Readonly<{
  status: number;
  /** The precondition named in the body, e.g. `no-uid-conflict` (RFC 4791 section 5.3.2.1). */
  precondition: string | null;
  retryAfter: string | null;
}>;

/** The server will not have this item, however often it is sent. */
const itemPreconditions: ReadonlySet<string> = new Set([
  'valid-calendar-data',
  'valid-calendar-object-resource',
  'supported-calendar-data',
  'supported-calendar-component',
  'calendar-collection-location-ok',
  'max-resource-size',
  'min-date-time',
  'max-date-time',
  'max-instances',
  'max-attendees-per-instance',
  'quota-not-exceeded',
  'sufficient-disk-space',
  'no-uid-conflict',
]);

const byStatus: Readonly<Record<number, readonly [RemoteKind, string]>> = {
  400: ['rejected', 'the server refused the request as malformed'],
  401: ['reconnect', 'the server does not take the user name and password'],
  402: ['forbidden', 'the server wants to be paid first'],
  403: ['forbidden', 'the server does not allow this'],
  405: ['unsupported', 'the server does not offer this here'],
  408: ['timeout', 'the server gave up waiting'],
  409: ['rejected', 'the server reports a conflict it does not name'],
  412: ['stale', 'somebody else changed the item'],
  413: ['rejected', 'the item is too large for the server'],
  415: ['rejected', 'the server does not take this kind of item'],
  422: ['rejected', 'the server will not store this item'],
  423: ['unavailable', 'the item is locked'],
  429: ['throttled', 'too many requests for the server'],
  501: ['unsupported', 'the server does not offer this'],
  507: ['rejected', 'the server has no room for the item'],
};

/** The error for a reply that is not a success. */
export function remoteErrorOf(refusal: Refusal, act: Act): RemoteError {
  const { status, precondition } = refusal;
  const detail = { status, ...(precondition === null ? {} : { precondition }) };
  const retryAt = retryAtOf(refusal.retryAfter, act.now);
  if (precondition !== null && itemPreconditions.has(precondition)) {
    return new RemoteError('rejected', `the server will not store the item: ${precondition}`, { detail, retryAt });
  }
  if (precondition === 'valid-sync-token') {
    return new RemoteError('cursor-expired', 'the server no longer knows the sync token', { detail });
  }
  if (status === 404 || status === 410) return goneError(act.on, status);
  if (status >= 300 && status < 400) {
    return new RemoteError('protocol', 'the server redirects to a place that is not followed', {
      detail,
      outcome: 'not-done',
    });
  }
  const known = byStatus[status];
  const [kind, message] = known ?? (status >= 500 ? unavailable : unexpected);
  // A status that names its reason was given before anything was done.
  return new RemoteError(kind, message, {
    detail,
    retryAt,
    ...(known && status !== 408 ? { outcome: 'not-done' } : {}),
  });
}

const unavailable = ['unavailable', 'the server failed'] as const;
const unexpected = ['protocol', 'the server does not answer as a CalDAV server: is the address right?'] as const;

export function goneError(on: Act['on'], status: number): RemoteError {
  const message = on === 'calendar' ? 'the calendar is not there' : 'the item is not there';
  return new RemoteError('gone', message, { detail: { status, scope: on } });
}

/** The error of a reply by its status, header and body. */
export function errorOfReply(
  reply: Readonly<{ status: number; headers: Headers; text: string }>,
  act: Act,
): RemoteError {
  const precondition = preconditionOf(reply.text);
  return remoteErrorOf({ status: reply.status, precondition, retryAfter: reply.headers.get('retry-after') }, act);
}
