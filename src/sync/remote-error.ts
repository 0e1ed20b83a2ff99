/** The one error a connector may throw, and the one question the engine asks of it. design.md section 5.3. */
import type { Instant } from '../model/ids.ts';

export type RemoteKind =
  | 'throttled' // gate the account until retryAt
  | 'unavailable' // 5xx, connection refused
  | 'timeout'
  | 'stale' // a precondition failed: somebody else wrote
  | 'exists' // a create met an item of that name
  | 'gone' // 404, 410 on an item
  | 'cursor-expired' // read everything anew
  | 'reconnect' // the credential is no longer good
  | 'forbidden'
  | 'rejected' // the provider will not store this item
  | 'unsupported'
  | 'protocol'; // the reply could not be understood

/** Whether the request may have had its effect all the same. */
export type Outcome = 'not-done' | 'unknown';

export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly kind: RemoteKind;
  readonly outcome: Outcome;
  /** The provider's own wish (Retry-After), a floor under our back-off. */
  readonly retryAt: Instant | null;
  /** HTTP status and the like; never event texts, people's names or secrets. */
  readonly detail: Readonly<Record<string, string | number>>;

  constructor(
    kind: RemoteKind,
    message: string,
    options: Readonly<{
      outcome?: Outcome;
      retryAt?: Instant | null;
      detail?: Readonly<Record<string, string | number>>;
      cause?: unknown;
    }> = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.outcome = options.outcome ?? (unknownKinds.has(kind) ? 'unknown' : 'not-done');
    this.retryAt = options.retryAt ?? null;
    this.detail = options.detail ?? {};
  }
}

const unknownKinds: ReadonlySet<RemoteKind> = new Set(['unavailable', 'timeout', 'protocol']);
