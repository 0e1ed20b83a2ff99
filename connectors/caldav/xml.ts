/**
 * The XML of WebDAV (RFC 4918), CalDAV (RFC 4791) and collection sync (RFC 6578): request bodies out, replies in.
 * No DTD and no entity is ever expanded, and a reply that is not whole is refused, never read as an empty one.
 */
import { XMLParser } from 'fast-xml-parser';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { pathOf } from './href.ts';

/** An element: its children and `@attributes` by local name. */
export type XmlElement = Readonly<Record<string, unknown>>;

/** One `response` of a multistatus. */
export type DavResponse = Readonly<{
  /** Path, URL-decoded. */
  path: string;
  /** The status of the resource as a whole; null where only its properties have one. */
  status: number | null;
  /** The properties that were found (propstat 2xx). */
  props: XmlElement;
  /** The precondition named in an `error` element, e.g. `no-uid-conflict`. */
  precondition: string | null;
}>;

export type Multistatus = Readonly<{ responses: readonly DavResponse[]; syncToken: string | null }>;

const lists: ReadonlySet<string> = new Set(['response', 'propstat', 'href', 'comp']);
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
  isArray: name => lists.has(name),
});

/** Reads a 207 body. Throws RemoteError `protocol` for anything that is not a whole multistatus. */
export function parseMultistatus(text: string): Multistatus {
  const root = element(parseXml(text), 'multistatus');
  if (root === null) throw new RemoteError('protocol', 'the reply is not a WebDAV multistatus');
  return { responses: elements(root, 'response').map(readResponse), syncToken: textOf(root, 'sync-token') };
}

/** The precondition that an error body names (`<error><valid-sync-token/></error>`), or null. */
export function preconditionOf(text: string): string | null {
  if (!/<([\w-]+:)?error[\s>]/.test(text)) return null;
  try {
    return preconditionIn(parseXml(text));
  } catch {
    return null;
  }
}

/** Whether this is a page for people: what a proxy or a sign-in wall says instead of the server. */
export function isHtml(text: string): boolean {
  return /^\uFEFF?\s*(<!--[\s\S]{0,2000}?-->\s*)*<(!doctype\s+html|html[\s>])/i.test(text.slice(0, 4000));
}

/** The child elements of that local name. */
export function elements(element: XmlElement, name: string): XmlElement[] {
  const value = element[name];
  const all: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.map(child => asElement(child) ?? {});
}

/** The first child element of that local name; null: there is none. */
export function element(parent: XmlElement, name: string): XmlElement | null {
  return elements(parent, name)[0] ?? null;
}

/** The text of the first child of that local name, trimmed; null: no such child, or nothing in it. */
export function textOf(parent: XmlElement, name: string): string | null {
  const value = parent[name];
  const text = ownText(Array.isArray(value) ? value[0] : value).trim();
  return text === '' ? null : text;
}

/** Text for use inside a request body. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, sign => `&#${sign.charCodeAt(0)};`);
}

const namespaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"';

/** A PROPFIND body for these properties, e.g. `getetag`, `S:getctag`, `C:calendar-home-set`. */
export function propfindBody(properties: readonly string[]): string {
  return xmlBody(`<propfind ${namespaces}>${propElement(properties)}</propfind>`);
}

/** @param token empty: list everything. */
export function syncBody(token: string): string {
  const where = `<sync-token>${escapeXml(token)}</sync-token><sync-level>1</sync-level>`;
  return xmlBody(`<sync-collection xmlns="DAV:">${where}<prop><getetag/></prop></sync-collection>`);
}

/** @param paths URL-encoded. */
export function multigetBody(paths: readonly string[]): string {
  const hrefs = paths.map(path => `<href>${escapeXml(path)}</href>`).join('');
  const prop = propElement(['getetag', 'C:calendar-data']);
  return xmlBody(`<C:calendar-multiget ${namespaces}>${prop}${hrefs}</C:calendar-multiget>`);
}

/** Asks for the events with this UID. A server may answer with more: it compares by substring (RFC 4791 section 9.7.5). */
export function uidQueryBody(uid: string): string {
  const match = `<C:text-match collation="i;octet">${escapeXml(uid)}</C:text-match>`;
  const event = `<C:comp-filter name="VEVENT"><C:prop-filter name="UID">${match}</C:prop-filter></C:comp-filter>`;
  const filter = `<C:filter><C:comp-filter name="VCALENDAR">${event}</C:comp-filter></C:filter>`;
  const prop = propElement(['getetag', 'C:calendar-data']);
  return xmlBody(`<C:calendar-query ${namespaces}>${prop}${filter}</C:calendar-query>`);
}

function propElement(properties: readonly string[]): string {
  return `<prop>${properties.map(name => `<${name}/>`).join('')}</prop>`;
}

function xmlBody(content: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${content}`;
}

/** Parses a whole document. Throws RemoteError `protocol`. */
export function parseXml(text: string): XmlElement {
  if (text.trim() === '') throw new RemoteError('protocol', 'the reply is empty where XML was expected');
  if (isHtml(text)) throw new RemoteError('protocol', 'the reply is an HTML page where XML was expected');
  if (/<!(DOCTYPE|ENTITY)/i.test(text.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, ''))) {
    throw new RemoteError('protocol', 'the reply holds a DTD, which is not read');
  }
  try {
    return asElement(parser.parse(text, true)) ?? {};
  } catch (cause) {
    throw new RemoteError('protocol', 'the reply is not whole XML', { cause });
  }
}

function readResponse(response: XmlElement): DavResponse {
  const props: Record<string, unknown> = {};
  for (const propstat of elements(response, 'propstat')) {
    const status = statusIn(propstat);
    if (status === null || (status >= 200 && status < 300)) Object.assign(props, element(propstat, 'prop') ?? {});
  }
  return {
    path: pathOf(textOf(response, 'href') ?? ''),
    status: statusIn(response),
    props,
    precondition: preconditionIn(response),
  };
}

/** `HTTP/1.1 404 Not Found` */
function statusIn(parent: XmlElement): number | null {
  const code = /^HTTP\/[\d.]+\s+(\d{3})/.exec(textOf(parent, 'status') ?? '')?.[1];
  return code === undefined ? null : Number(code);
}

function preconditionIn(parent: XmlElement): string | null {
  const error = element(parent, 'error');
  return Object.keys(error ?? {}).find(name => /^[a-z]/i.test(name)) ?? null;
}

function asElement(value: unknown): XmlElement | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function ownText(value: unknown): string {
  if (typeof value === 'string') return decodeReferences(value);
  const parts = asElement(value);
  if (parts === null) return '';
  const cdata = parts['#cdata'];
  const plain = parts['#text'];
  const raw = Array.isArray(cdata) ? cdata.join('') : typeof cdata === 'string' ? cdata : '';
  return (typeof plain === 'string' ? decodeReferences(plain) : '') + raw;
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The five entities of XML and character numbers; there are no others without a DTD. */
function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
