/** What the sandboxes were asked, in one form. Pure. */
import type { SandboxRequest } from '../../../connectors/sandbox/caldav-server.ts';
import type { GoogleRequest } from '../../../connectors/sandbox/google-server.ts';
import type { MicrosoftRequest } from '../../../connectors/sandbox/microsoft-server.ts';
import type { Provider } from './diary.ts';

export type ProviderRequest = Readonly<{
  provider: Provider;
  /** As `Diary.name`; null: of no single calendar. */
  calendar: string | null;
  /** Whether it went over the wire by itself; the parts of a batch did not. */
  sent: boolean;
  /** Whether an entry was to be made, changed or taken away, and the provider answered. */
  write: boolean;
}>;

const davWrites: ReadonlySet<string> = new Set(['PUT', 'DELETE', 'POST', 'MOVE', 'COPY', 'PROPPATCH']);

export function caldavRequest({ method, path, status }: SandboxRequest): ProviderRequest {
  const write = davWrites.has(method) && status !== null;
  return { provider: 'caldav', calendar: path.replace(/[^/]*$/, ''), sent: true, write };
}

/** null: signing in, which is no request to a calendar. */
export function googleRequest({ method, path, user, status }: GoogleRequest): ProviderRequest | null {
  if (!path.startsWith('/calendar/')) return null;
  const write = method !== 'GET' && status !== null && !/\/(?:watch|stop)$/.test(path);
  return { provider: 'google', calendar: user, sent: true, write };
}

/** null: signing in. */
export function microsoftRequest({ method, path, status, inner }: MicrosoftRequest): ProviderRequest | null {
  if (!inner && !path.startsWith('/v1.0/')) return null;
  const [, calendar = null] = /^(?:\/v1\.0)?\/users\/([^/]+)\//.exec(path) ?? [];
  const write = method !== 'GET' && status !== null && calendar !== null;
  return { provider: 'microsoft', calendar: calendar && decodeURIComponent(calendar), sent: !inner, write };
}
