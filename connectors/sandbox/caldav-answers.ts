/** The CalDAV skin: one request in, one reply out, over the world's state. No sockets, no clock. */
import { encodePath } from '../caldav/href.ts';
import { element, elements, escapeXml, parseXml, textOf, type XmlElement } from '../caldav/xml.ts';
import { type CaldavWorld, homePath, principalPath, type SandboxCalendar, unfold } from './caldav-world.ts';
import type { SandboxItem } from './calendar-state.ts';

export type DavAsk = Readonly<{
  method: string;
  /** URL-decoded. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Who signed in. */
  user: string;
}>;

export type DavAnswer = Readonly<{ status: number; headers?: Readonly<Record<string, string>>; body?: string }>;

export function answer(world: CaldavWorld, ask: DavAsk): DavAnswer {
  if (ask.path === '/.well-known/caldav') return { status: 301, headers: { location: '/' } };
  const owner = /^\/(?:calendars|principals)\/([^/]+)\//.exec(ask.path)?.[1];
  if (owner !== undefined && owner !== ask.user) return { status: 403 };
  switch (ask.method) {
    case 'OPTIONS':
      return { status: 200, headers: { dav: '1, 3, calendar-access, extended-mkcol' } };
    case 'PROPFIND':
      return propfind(world, ask);
    case 'MKCALENDAR':
      return makeCalendar(world, ask);
    case 'REPORT':
      return report(world, ask);
    case 'GET':
    case 'PUT':
    case 'DELETE':
      return item(world, ask);
    default:
      return { status: 405 };
  }
}

/** Name of a property element with its value as XML. */
type Props = Readonly<Record<string, string>>;
type Line = Readonly<{ path: string; props: Props; collection?: boolean }>;

function propfind(world: CaldavWorld, ask: DavAsk): DavAnswer {
  const self = describe(world, ask);
  if (self === null) return { status: 404 };
  const below = ask.headers.depth === '1' ? children(world, ask) : [];
  return multistatus([self, ...below].map(({ path, props }) => response(path, '', props)));
}

function describe(world: CaldavWorld, ask: DavAsk): Line | null {
  const { path, user } = ask;
  const principal = { 'D:current-user-principal': `<D:href>${hrefOf(principalPath(user))}</D:href>` };
  if (path === '/') return { path, props: { ...principal, 'D:resourcetype': '<D:collection/>' } };
  if (path === principalPath(user)) {
    const home = `<D:href>${hrefOf(homePath(user))}</D:href>`;
    return { path, props: { ...principal, 'D:resourcetype': '<D:principal/>', 'C:calendar-home-set': home } };
  }
  if (path === homePath(user)) return { path, props: { ...principal, 'D:resourcetype': '<D:collection/>' } };
  const calendar = world.calendarAt(path);
  return calendar && { path: calendar.path, props: calendarProps(world, calendar) };
}

function children(world: CaldavWorld, { path, user }: DavAsk): Line[] {
  if (path === homePath(user)) {
    return world.calendarsOf(user).map(calendar => ({ path: calendar.path, props: calendarProps(world, calendar) }));
  }
  const calendar = world.calendarAt(path);
  if (calendar === null) return [];
  const type = { 'D:resourcetype': '' };
  return calendar.state
    .items()
    .map(each => ({ path: pathOfItem(calendar, each), props: { ...type, ...tagProp(each) } }));
}

function calendarProps(world: CaldavWorld, { name, state }: SandboxCalendar): Props {
  return {
    'D:resourcetype': '<D:collection/><C:calendar/>',
    'D:displayname': escapeXml(name),
    'C:supported-calendar-component-set': '<C:comp name="VEVENT"/>',
    'D:current-user-privilege-set': '<D:privilege><D:all/></D:privilege>',
    'S:getctag': state.token,
    ...(world.switches.syncCollection ? { 'D:sync-token': state.token } : {}),
  };
}

function makeCalendar(world: CaldavWorld, { path, user }: DavAsk): DavAnswer {
  const name = path.startsWith(homePath(user)) ? path.slice(homePath(user).length).replace(/\/$/, '') : '';
  if (name === '' || name.includes('/')) return { status: 403 };
  if (world.calendarAt(path) !== null) return failed(405, 'D:resource-must-be-null');
  world.addCalendar(user, name);
  return { status: 201 };
}

function report(world: CaldavWorld, ask: DavAsk): DavAnswer {
  const calendar = world.calendarAt(ask.path);
  if (calendar === null) return { status: 404 };
  const body = parseXml(ask.body);
  const sync = element(body, 'sync-collection');
  if (sync !== null) return syncCollection(world, calendar, textOf(sync, 'sync-token') ?? '');
  const multiget = element(body, 'calendar-multiget');
  if (multiget !== null) return calendarMultiget(calendar, multiget);
  const query = element(body, 'calendar-query');
  return query === null ? failed(403, 'D:supported-report') : calendarQuery(calendar, query);
}

function syncCollection({ switches }: CaldavWorld, calendar: SandboxCalendar, token: string): DavAnswer {
  if (!switches.syncCollection) return failed(403, 'D:supported-report');
  const changes = calendar.state.changesSince(token, switches.truncateAt ?? undefined);
  if (changes === null) return switches.hostile ? { status: 500 } : failed(403, 'D:valid-sync-token');
  const lines = [
    ...changes.changed.map(each => response(pathOfItem(calendar, each), '', tagProp(each))),
    ...changes.removed.map(id => response(`${calendar.path}${id}`, '404 Not Found')),
  ];
  if (changes.more) lines.push(response(calendar.path, '507 Insufficient Storage'));
  return multistatus(lines, `<D:sync-token>${changes.token}</D:sync-token>`);
}

function calendarMultiget(calendar: SandboxCalendar, multiget: XmlElement): DavAnswer {
  const hrefs = [multiget.href].flat().map(href => textOf({ href }, 'href') ?? '');
  return multistatus(
    hrefs.map(href => {
      const path = decodeURIComponent(href);
      const found = calendar.state.item(path.slice(calendar.path.length));
      return found === null ? response(path, '404 Not Found') : content(calendar, found);
    }),
  );
}

/** Knows one filter: a UID that holds a text. */
function calendarQuery(calendar: SandboxCalendar, query: XmlElement): DavAnswer {
  const filters = elements(query, 'filter').flatMap(inside('comp-filter')).flatMap(inside('comp-filter'));
  const uid = filters.flatMap(inside('prop-filter')).map(filter => textOf(filter, 'text-match'))[0] ?? '';
  const found = calendar.state.items().filter(each => each.uid.includes(uid));
  return multistatus(found.map(each => content(calendar, each)));
}

const inside = (name: string) => (parent: XmlElement) => elements(parent, name);

function item(world: CaldavWorld, ask: DavAsk): DavAnswer {
  const at = ask.path.lastIndexOf('/') + 1;
  const calendar = world.calendarAt(ask.path.slice(0, at));
  const id = ask.path.slice(at);
  if (calendar === null || id === '') return { status: ask.method === 'PUT' ? 409 : 404 };
  if (ask.method === 'PUT') return store(world, calendar, id, ask);
  const found = calendar.state.item(id);
  if (found === null) return { status: 404 };
  if (ask.method === 'GET') {
    return {
      status: 200,
      headers: { 'content-type': 'text/calendar; charset=utf-8', etag: etagOf(found) },
      body: found.content,
    };
  }
  const match = ask.headers['if-match'];
  const outcome = calendar.state.remove(id, match === undefined ? {} : { tag: tagIn(match) });
  return { status: outcome === 'stale' ? 412 : 204 };
}

function store({ switches }: CaldavWorld, calendar: SandboxCalendar, id: string, { headers, body }: DavAsk): DavAnswer {
  const lines = unfold(body);
  const uid = lines.find(line => /^UID[:;]/i.test(line))?.replace(/^UID[^:]*:/i, '');
  const refuse = (name: string) =>
    switches.hostile ? multistatus([refusal(`${calendar.path}${id}`, name)]) : failed(409, name);
  if (!lines.includes('BEGIN:VEVENT') || uid === undefined) return refuse('C:valid-calendar-data');
  if (lines.some(line => /^METHOD[:;]/i.test(line))) return refuse('C:valid-calendar-object-resource');
  const match = headers['if-match'];
  const stored = calendar.state.put(id, uid, body, {
    ...(match === undefined ? {} : { tag: tagIn(match) }),
    absent: headers['if-none-match'] === '*',
  });
  if (stored.outcome === 'uid-taken') return refuse('C:no-uid-conflict');
  if (!('item' in stored)) return { status: 412 };
  return {
    status: stored.outcome === 'created' ? 201 : 204,
    headers: switches.etagOnPut ? { etag: etagOf(stored.item) } : {},
  };
}

function refusal(path: string, name: string): string {
  return `<D:response><D:href>${hrefOf(path)}</D:href><D:status>HTTP/1.1 412 Precondition Failed</D:status><D:error><${name}/></D:error></D:response>`;
}

function content(calendar: SandboxCalendar, found: SandboxItem<string>): string {
  const text = escapeXml(found.content.replaceAll('\r\n', '\n'));
  return response(pathOfItem(calendar, found), '', { ...tagProp(found), 'C:calendar-data': text });
}

function pathOfItem(calendar: SandboxCalendar, { id }: SandboxItem<string>): string {
  return `${calendar.path}${id}`;
}

function tagProp(found: SandboxItem<string>): Props {
  return { 'D:getetag': escapeXml(etagOf(found)) };
}

function etagOf({ tag }: SandboxItem<string>): string {
  return `"${tag}"`;
}

function tagIn(etag: string): string {
  return etag.replaceAll('"', '');
}

function hrefOf(path: string): string {
  return escapeXml(encodePath(path));
}

const namespaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"';

function response(path: string, status: string, props: Props = {}): string {
  const values = Object.entries(props).map(([name, value]) => `<${name}>${value}</${name}>`);
  const found = `<D:propstat><D:prop>${values.join('')}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>`;
  const inner = status === '' ? found : `<D:status>HTTP/1.1 ${status}</D:status>`;
  return `<D:response><D:href>${hrefOf(path)}</D:href>${inner}</D:response>`;
}

function multistatus(lines: readonly string[], rest = ''): DavAnswer {
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus ${namespaces}>${lines.join('')}${rest}</D:multistatus>`;
  return { status: 207, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
}

function failed(status: number, name: string): DavAnswer {
  const body = `<?xml version="1.0" encoding="utf-8"?>\n<D:error ${namespaces}><${name}/></D:error>`;
  return { status, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
}
