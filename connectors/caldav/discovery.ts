/** From the address a person was given to the calendars behind it: RFC 6764, RFC 5397, RFC 4791 section 6.2. */
import { RemoteError } from '../../src/sync/remote-error.ts';
import { createDavClient, type DavClient, type DavDoor, redirectTarget } from './client.ts';
import { errorOfReply, goneError } from './errors.ts';
import { encodePath } from './href.ts';
import { type DavResponse, element, elements, parseMultistatus, propfindBody, textOf, type XmlElement } from './xml.ts';

export type FoundCalendar = Readonly<{
  /** The collection's address, with a slash at its end: what a link stores. */
  url: string;
  /** As the server shows it; the last part of the address where it shows nothing. */
  name: string;
  /** null: the server does not say. */
  writable: boolean | null;
}>;

const properties = [
  'resourcetype',
  'displayname',
  'current-user-principal',
  'current-user-privilege-set',
  'C:calendar-home-set',
  'C:supported-calendar-component-set',
];

/**
 * The calendars that can hold events: the one at `url`, if it is one, else all of the user's that the server names.
 * Throws RemoteError: `reconnect` for a wrong password, `gone` where there is nothing, `protocol` where no CalDAV is.
 */
export async function discoverCalendars(
  door: DavDoor,
  where: Readonly<{ url: string; user: string | null }>,
): Promise<readonly FoundCalendar[]> {
  if (!URL.canParse(where.url)) throw new RemoteError('rejected', 'the address is not a URL');
  const client = createDavClient(door, where.user);
  const own = await readOne(client, door, where.url).catch(unlessUnanswerable);
  if (own !== null && isEventCalendar(own.response)) return [foundCalendar(own)];
  const wellKnown = new URL('/.well-known/caldav', where.url).href;
  const start =
    own !== null && namesTheWay(own) ? own : await readOne(client, door, wellKnown).catch(unlessUnanswerable);
  const root = start ?? (await readOne(client, door, new URL('/', where.url).href));
  const homes = await homesOf(client, door, root);
  const found: FoundCalendar[] = [];
  for (const home of homes) {
    const listed = await propfind(client, door, home, '1');
    found.push(...listed.filter(({ response }) => isEventCalendar(response)).map(foundCalendar));
  }
  return found;
}

type Found = Readonly<{ response: DavResponse; url: string }>;

/** A wrong path may still lead to a server that knows the right one; a wrong password or an outage may not. */
function unlessUnanswerable(error: unknown): null {
  const passable = ['gone', 'protocol', 'unsupported', 'rejected', 'forbidden'];
  if (error instanceof RemoteError && passable.includes(error.kind)) return null;
  throw error;
}

function namesTheWay({ response }: Found): boolean {
  return (
    hrefIn(response.props, 'calendar-home-set') !== null || hrefIn(response.props, 'current-user-principal') !== null
  );
}

/** The home collections: named here, or by the principal that is named here (Radicale has them only there). */
async function homesOf(client: DavClient, door: DavDoor, start: Found): Promise<string[]> {
  const here = hrefsIn(start.response.props, 'calendar-home-set');
  if (here.length > 0) return here.map(href => resolve(href, start.url));
  const principal = hrefIn(start.response.props, 'current-user-principal');
  if (principal === null) throw new RemoteError('protocol', 'the server names no principal: is it a CalDAV server?');
  const at = await readOne(client, door, resolve(principal, start.url));
  const homes = hrefsIn(at.response.props, 'calendar-home-set');
  if (homes.length === 0) throw new RemoteError('protocol', 'the server names no calendar home for this user');
  return homes.map(href => resolve(href, at.url));
}

async function readOne(client: DavClient, door: DavDoor, url: string): Promise<Found> {
  const [first] = await propfind(client, door, url, '0');
  if (first === undefined) throw new RemoteError('protocol', 'the server says nothing about this address');
  if (first.response.status === 404) throw goneError('calendar', 404);
  return first;
}

async function propfind(client: DavClient, door: DavDoor, url: string, depth: '0' | '1'): Promise<Found[]> {
  const headers = { depth, 'content-type': 'application/xml; charset=utf-8' };
  const reply = await client.request({ method: 'PROPFIND', url, headers, body: propfindBody(properties) });
  if (reply.status !== 207) throw errorOfReply(reply, { on: 'calendar', now: door.now() });
  return parseMultistatus(reply.text).responses.map(response => ({ response, url: reply.url }));
}

function isEventCalendar({ props }: DavResponse): boolean {
  const type = element(props, 'resourcetype');
  if (type === null || !('calendar' in type)) return false;
  const components = element(props, 'supported-calendar-component-set');
  // A server that names no components takes them all (RFC 4791 section 5.2.3).
  return components === null || elements(components, 'comp').some(comp => comp['@name'] === 'VEVENT');
}

function foundCalendar({ response, url }: Found): FoundCalendar {
  const address = new URL(encodePath(response.path), url).href;
  const whole = address.endsWith('/') ? address : `${address}/`;
  const last = response.path.split('/').filter(Boolean).at(-1) ?? '';
  return { url: whole, name: textOf(response.props, 'displayname') ?? last, writable: isWritable(response.props) };
}

function isWritable(props: XmlElement): boolean | null {
  const set = element(props, 'current-user-privilege-set');
  if (set === null) return null;
  const granted = elements(set, 'privilege').flatMap(privilege => Object.keys(privilege));
  return ['all', 'write', 'write-content', 'bind'].some(name => granted.includes(name));
}

function hrefsIn(props: XmlElement, name: string): string[] {
  const holder = element(props, name);
  const hrefs = holder === null ? [] : [holder.href].flat();
  return hrefs.flatMap(href => {
    const text = textOf({ href }, 'href');
    return text === null ? [] : [text];
  });
}

function hrefIn(props: XmlElement, name: string): string | null {
  return hrefsIn(props, name)[0] ?? null;
}

/** The server names where to go on; the credentials go there only if it is the same site. */
function resolve(href: string, base: string): string {
  const target = redirectTarget(base, href);
  if (target === null) throw new RemoteError('protocol', 'the server names a calendar home at another site');
  return target;
}
