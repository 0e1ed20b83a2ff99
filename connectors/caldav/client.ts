/** HTTP as CalDAV uses it: Basic authentication, WebDAV verbs, bounded time and size, redirects followed with care. */
import type { ConnectorDoor } from '../../src/sync/connector.ts';
import { errorOfFailure, readBytes } from '../http.ts';
import { limits } from './limits.ts';

/** What the client needs of the door; discovery and doctor have no more than this. */
export type DavDoor = Pick<ConnectorDoor, 'fetch' | 'secret' | 'now' | 'signal'>;

export type DavRequest = Readonly<{
  method: 'GET' | 'PUT' | 'DELETE' | 'PROPFIND' | 'REPORT';
  /** A whole address. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}>;

export type DavReply = Readonly<{
  status: number;
  headers: Headers;
  text: string;
  /** Where the reply came from, after redirects. */
  url: string;
}>;

export type DavClient = Readonly<{
  /** Any status is a reply. Throws RemoteError when none came, or one too long. */
  request(request: DavRequest): Promise<DavReply>;
}>;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @param user null, or a door without a secret: no authentication. */
export function createDavClient(door: DavDoor, user: string | null): DavClient {
  const authorization = basicAuthorization(user, door.secret);
  return {
    async request(request) {
      let url = request.url;
      for (let hops = 0; ; hops += 1) {
        const reply = await send(door, { ...request, url }, authorization);
        const target = redirects.has(reply.status) ? redirectTarget(url, reply.headers.get('location')) : null;
        if (target === null || hops >= limits.redirects) return reply;
        url = target;
      }
    },
  };
}

async function send(door: DavDoor, request: DavRequest, authorization: string | null): Promise<DavReply> {
  const { method, url, body } = request;
  try {
    const reply = await door.fetch(url, {
      method,
      // The method and the credentials must both survive a redirect, and not every redirect: followed by hand.
      redirect: 'manual',
      signal: AbortSignal.any([door.signal, AbortSignal.timeout(limits.timeoutMs)]),
      headers: { ...request.headers, ...(authorization === null ? {} : { authorization }) },
      ...(body === undefined ? {} : { body }),
    });
    const text = new TextDecoder().decode(await readBytes(reply, limits.replyBytes));
    return { status: reply.status, headers: reply.headers, text, url };
  } catch (error) {
    throw errorOfFailure(error);
  }
}

function basicAuthorization(user: string | null, secret: string | null): string | null {
  if (user === null || secret === null) return null;
  return `Basic ${Buffer.from(`${user}:${secret}`, 'utf8').toString('base64')}`;
}

/** Where to go on, or null where the credentials must not go (another site, another port, from https to http). */
export function redirectTarget(from: string, location: string | null): string | null {
  if (location === null || !URL.canParse(location, from)) return null;
  const start = new URL(from);
  const target = new URL(location, from);
  if (target.origin === start.origin) return target.href;
  const secure = target.protocol === 'https:';
  return secure && isUsualPort(start) && isUsualPort(target) && sameSite(start.hostname, target.hostname)
    ? target.href
    : null;
}

function isUsualPort(url: URL): boolean {
  return url.port === '';
}

/** Hosts of one registrable domain, as with iCloud's `p42-caldav.icloud.com`. */
function sameSite(a: string, b: string): boolean {
  return a === b || (siteOf(a) !== null && siteOf(a) === siteOf(b));
}

/** `icloud.com`, `mail.co.uk`; null for an address of numbers and for a bare name. */
function siteOf(host: string): string | null {
  const labels = host.toLowerCase().split('.');
  const [second = '', top = ''] = labels.slice(-2);
  if (host.includes(':') || /^\d*$/.test(top)) return null;
  // Country domains sell the third label below `co.uk`, `com.au`, `or.at`.
  const length = top.length === 2 && second.length <= 3 ? 3 : 2;
  return labels.length < length ? null : labels.slice(-length).join('.');
}
