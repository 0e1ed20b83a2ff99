/** What every connector needs of plain HTTP: bounded bodies, the reason of a failure, Retry-After. */
import type { Instant } from '../src/model/ids.ts';
import { RemoteError } from '../src/sync/remote-error.ts';

/** The whole body. Throws RemoteError `protocol` when it is longer than `most` bytes. */
export async function readBytes(reply: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of reply.body ?? []) {
    bytes += part.byteLength;
    if (bytes > most) throw new RemoteError('protocol', `the reply is longer than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Why no reply came at all. */
export function errorOfFailure(cause: unknown): RemoteError {
  if (cause instanceof RemoteError) return cause;
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'TimeoutError') return new RemoteError('timeout', 'the server did not answer in time', { cause });
  if (name === 'AbortError') return new RemoteError('timeout', 'the run ended before the server answered', { cause });
  const code = codeOf(cause);
  const outcome = neverSent.has(code) ? 'not-done' : 'unknown';
  const detail: Record<string, string> = code === '' ? {} : { code };
  return new RemoteError('unavailable', 'the connection to the server failed', { outcome, detail, cause });
}

/** No connection came about, so nothing was asked. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** The system's code at the bottom of a failed fetch. */
function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return '';
}

/** Retry-After: seconds or an HTTP date (RFC 9110 section 10.2.3). null: absent or unreadable. */
export function retryAtOf(header: string | null, now: Instant): Instant | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return now + Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(date, now);
}
