/** A refusal as Google words it: reference/google-calendar.md section 17. */

export type Answer = Readonly<{ status: number; headers?: Readonly<Record<string, string>>; body?: string }>;

type Words = Readonly<{ domain?: string; message?: string; location?: string; locationType?: string }>;

/** Thrown anywhere below the server; answered with its envelope. */
export class GoogleRefusal extends Error {
  override readonly name = 'GoogleRefusal';
  readonly answer: Answer;

  constructor(answer: Answer, message: string) {
    super(message);
    this.answer = answer;
  }
}

/** The backend's envelope. */
export function refusal(status: number, reason: string, words: Words = {}): GoogleRefusal {
  const { message = reason, domain = domainOf(reason), ...where } = words;
  const error = { errors: [{ domain, reason, message, ...where }], code: status, message };
  return new GoogleRefusal(json({ error }, status), message);
}

/** The front end's envelope: sign-in and scopes, which it knows by gRPC's names. */
export function frontRefusal(status: number, reason: string, name: string, detail: string | null): GoogleRefusal {
  const message =
    status === 401 ? 'Request had invalid authentication credentials.' : 'Request had insufficient scopes.';
  const where = status === 401 ? { location: 'Authorization', locationType: 'header' } : {};
  const errors = [{ message, domain: 'global', reason, ...where }];
  const details =
    detail === null ? {} : { details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: detail }] };
  return new GoogleRefusal(
    json({ error: { code: status, message, errors, status: name, ...details } }, status),
    message,
  );
}

/** OAuth's own form (RFC 6749 section 5.2). */
export function tokenRefusal(status: number, error: string, description: string): GoogleRefusal {
  return new GoogleRefusal(json({ error, error_description: description }, status), description);
}

export function json(value: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify(value) };
}

const usage: ReadonlySet<string> = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'accessNotConfigured',
]);
const ofCalendar: ReadonlySet<string> = new Set([
  'fullSyncRequired',
  'timeRangeEmpty',
  'eventTypeRestriction',
  'requiredAccessLevel',
]);

function domainOf(reason: string): string {
  return usage.has(reason) ? 'usageLimits' : ofCalendar.has(reason) ? 'calendar' : 'global';
}
