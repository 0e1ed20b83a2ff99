/** One CalDAV collection: what can be asked of it, in its own words. Decides nothing about events. */
import { brandId, type RemoteId, type Tag } from '../../src/model/ids.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { createDavClient, type DavClient, type DavDoor, type DavReply, type DavRequest } from './client.ts';
import { type Act, errorOfReply, goneError, remoteErrorOf } from './errors.ts';
import { encodePath, pathOf } from './href.ts';
import {
  type DavResponse,
  element,
  isHtml,
  type Multistatus,
  multigetBody,
  parseMultistatus,
  propfindBody,
  syncBody,
  textOf,
  uidQueryBody,
} from './xml.ts';

/** A member as a listing names it. */
export type Entry = Readonly<{ id: RemoteId; tag: Tag | null; gone: boolean }>;
/** `more`: the server cut the listing short; ask again from `token`. */
export type Changes = Readonly<{ entries: readonly Entry[]; token: string | null; more: boolean }>;
export type Listing = Readonly<{ entries: readonly Entry[]; ctag: string | null }>;
/** A member's content; `text` null: it is not there. `refused`: the server would not show this one. */
export type Resource = Readonly<{ id: RemoteId; tag: Tag | null; text: string | null; refused?: number }>;
/** On what a write depends: `absent`, a tag that the item still has, or nothing. */
export type Condition = 'absent' | Tag | null;

const xmlHeaders = { 'content-type': 'application/xml; charset=utf-8' };

export class Collection {
  readonly #client: DavClient;
  readonly #door: DavDoor;
  readonly #url: string;

  /** @param url the collection's address, with or without a slash at its end */
  constructor(door: DavDoor, url: string, user: string | null) {
    this.#client = createDavClient(door, user);
    this.#door = door;
    this.#url = url.endsWith('/') ? url : `${url}/`;
  }

  /** What a member of this name is called. */
  idOf(name: string): RemoteId {
    return brandId<RemoteId>(pathOf(new URL(name, this.#url).href));
  }

  /** Members changed since `token` (empty: all of them). null: the server does not offer sync-collection. */
  async changesSince(token: string): Promise<Changes | null> {
    // RFC 6578 section 3.2: the depth is 0, the level stands in the body.
    const reply = await this.#ask('REPORT', { ...xmlHeaders, depth: '0' }, syncBody(token));
    if (reply.status === 207) {
      const { responses, syncToken } = parseMultistatus(reply.text);
      const more = responses.some(({ status }) => status === 507);
      const entries = this.#members(responses, reply).map(entryOf);
      return { entries, token: syncToken, more };
    }
    if (token === '' && notOffered.has(reply.status)) return null;
    if (token !== '' && tokenLost.has(reply.status)) {
      throw new RemoteError('cursor-expired', 'the server no longer knows the sync token', {
        detail: { status: reply.status },
      });
    }
    throw this.#errorOf(reply, 'calendar');
  }

  /** Every member with its tag. Throws `gone` and `protocol` rather than take an odd answer for an empty calendar. */
  async list(): Promise<Listing> {
    const { responses, reply } = await this.#propfind('1', ['resourcetype', 'getetag', 'S:getctag']);
    const own = this.#own(responses, reply);
    const type = element(own.props, 'resourcetype');
    if (type === null || !('calendar' in type)) throw new RemoteError('protocol', 'the address is not a calendar');
    const members = this.#members(responses, reply).filter(({ props }) => !isCollection(props));
    return { entries: members.map(entryOf), ctag: textOf(own.props, 'getctag') };
  }

  /** The collection's own version, for servers without sync-collection; null: it has none. */
  async ctag(): Promise<string | null> {
    const { responses, reply } = await this.#propfind('0', ['S:getctag']);
    return textOf(this.#own(responses, reply).props, 'getctag');
  }

  /** The contents of these members, in no order; one the server leaves out or is vague about is asked for alone. */
  async fetch(ids: readonly RemoteId[]): Promise<Resource[]> {
    if (ids.length === 0) return [];
    const body = multigetBody(ids.map(encodePath));
    const reply = await this.#ask('REPORT', { ...xmlHeaders, depth: '1' }, body);
    const answers = new Map(this.#multistatus(reply, 'calendar').responses.map(each => [each.path, each]));
    return Promise.all(
      ids.map(id => {
        const answer = answers.get(id);
        return (answer && resourceOf(answer)) ?? this.fetchOne(id);
      }),
    );
  }

  async fetchOne(id: RemoteId): Promise<Resource> {
    const reply = await this.#request({ method: 'GET', url: this.#address(id) });
    if (reply.status === 404 || reply.status === 410) return { id, tag: null, text: null };
    if (reply.status !== 200) throw this.#errorOf(reply, 'item');
    if (isHtml(reply.text)) throw new RemoteError('protocol', 'the reply is an HTML page where an item was expected');
    return { id, tag: tagOf(reply.headers.get('etag')), text: reply.text };
  }

  /** Members whose UID holds this text; the caller compares. */
  async fetchByUid(uid: string): Promise<Resource[]> {
    const reply = await this.#ask('REPORT', { ...xmlHeaders, depth: '1' }, uidQueryBody(uid));
    const { responses } = this.#multistatus(reply, 'calendar');
    return this.#members(responses, reply).flatMap(response => resourceOf(response) ?? []);
  }

  /** Stores an item; its new tag, or null where the server does not say. Throws `exists`, `stale`, `gone`, `rejected`. */
  async put(id: RemoteId, text: string, condition: Condition): Promise<Tag | null> {
    const reply = await this.#request({
      method: 'PUT',
      url: this.#address(id),
      headers: { 'content-type': 'text/calendar; charset=utf-8', ...conditionHeader(condition) },
      body: text,
    });
    const on = condition === 'absent' ? 'calendar' : 'item';
    if (condition === 'absent' && reply.status === 412) {
      throw new RemoteError('exists', 'an item of that name is there already', { detail: { status: 412 } });
    }
    if (reply.status === 207) this.#throwInner(reply, on);
    else if (!isDone(reply)) throw this.#errorOf(reply, on);
    return tagOf(reply.headers.get('etag'));
  }

  /** Takes an item away; that it is not there any more is success. Throws `stale`. */
  async remove(id: RemoteId, condition: Tag | null): Promise<void> {
    const headers = conditionHeader(condition);
    const reply = await this.#request({ method: 'DELETE', url: this.#address(id), headers });
    if (reply.status === 404 || reply.status === 410) return;
    if (reply.status === 207) this.#throwInner(reply, 'item');
    else if (!isDone(reply)) throw this.#errorOf(reply, 'item');
  }

  /** Throws `gone` if the calendar itself is not there. */
  async confirm(): Promise<void> {
    await this.ctag();
  }

  #request(request: DavRequest): Promise<DavReply> {
    return this.#client.request(request);
  }

  #ask(method: 'PROPFIND' | 'REPORT', headers: Readonly<Record<string, string>>, body: string): Promise<DavReply> {
    return this.#request({ method, url: this.#url, headers, body });
  }

  async #propfind(depth: '0' | '1', properties: readonly string[]) {
    const reply = await this.#ask('PROPFIND', { ...xmlHeaders, depth }, propfindBody(properties));
    return { responses: this.#multistatus(reply, 'calendar').responses, reply };
  }

  #multistatus(reply: DavReply, on: Act['on']): Multistatus {
    if (reply.status !== 207 && (reply.status < 200 || reply.status > 299)) throw this.#errorOf(reply, on);
    return parseMultistatus(reply.text);
  }

  #errorOf(reply: DavReply, on: Act['on']): RemoteError {
    return errorOfReply(reply, { on, now: this.#door.now() });
  }

  /** A 207 to a write is a refusal in disguise unless every status in it is a success (Xandikos). */
  #throwInner(reply: DavReply, on: Act['on']): void {
    for (const { status, precondition } of parseMultistatus(reply.text).responses) {
      if (status === null || status < 300) continue;
      throw remoteErrorOf({ status, precondition, retryAfter: null }, { on, now: this.#door.now() });
    }
  }

  #address(id: RemoteId): string {
    return new URL(encodePath(id), this.#url).href;
  }

  /** The collection's own line in a PROPFIND. */
  #own(responses: readonly DavResponse[], reply: DavReply): DavResponse {
    const failed = responses.length === 1 ? responses[0]?.status : null;
    if (failed === 404 || failed === 410) throw goneError('calendar', failed);
    const own = responses.find(({ path }) => this.#isSelf(path, reply));
    if (own === undefined) throw new RemoteError('protocol', 'the server says nothing of the calendar itself');
    return own;
  }

  #members(responses: readonly DavResponse[], reply: DavReply): DavResponse[] {
    return responses.filter(({ path, status }) => status !== 507 && !path.endsWith('/') && !this.#isSelf(path, reply));
  }

  #isSelf(path: string, reply: DavReply): boolean {
    const bare = (text: string) => text.replace(/\/+$/, '');
    return bare(path) === bare(pathOf(this.#url)) || bare(path) === bare(pathOf(reply.url));
  }
}

/** What servers without sync-collection, or that cannot cut the answer to size (507), say to an empty token. */
const notOffered: ReadonlySet<number> = new Set([400, 403, 405, 409, 415, 422, 501, 507]);
/** A lost token is 403 by RFC 6578; servers say it in all these ways (Xandikos: 500). A full read tells the truth. */
const tokenLost: ReadonlySet<number> = new Set([...notOffered, 410, 412, 500]);

function entryOf({ path, status, props }: DavResponse): Entry {
  const gone = status === 404 || status === 410;
  return { id: brandId<RemoteId>(path), tag: tagOf(textOf(props, 'getetag')), gone };
}

/** null: the answer leaves open whether there is such an item. */
function resourceOf({ path, status, props }: DavResponse): Resource | null {
  const id = brandId<RemoteId>(path);
  if (status === 404 || status === 410) return { id, tag: null, text: null };
  const tag = tagOf(textOf(props, 'getetag'));
  if (status !== null && status >= 400) return { id, tag, text: '', refused: status };
  const text = textOf(props, 'calendar-data');
  return text === null ? null : { id, tag, text };
}

/** A weak tag is kept as a strong one: it names the version, which is all we ask of it. */
function tagOf(etag: string | null): Tag | null {
  const bare = etag?.trim().replace(/^W\//, '') ?? '';
  return bare === '' ? null : brandId<Tag>(bare);
}

function conditionHeader(condition: Condition): Record<string, string> {
  if (condition === null) return {};
  return condition === 'absent' ? { 'if-none-match': '*' } : { 'if-match': condition };
}

/** A 200 with a page for people is a sign-in wall, not a server that stored something. */
function isDone({ status, text }: DavReply): boolean {
  if (status === 200 && isHtml(text)) {
    throw new RemoteError('protocol', 'the reply to a write is an HTML page', { detail: { status } });
  }
  return status >= 200 && status < 300;
}

function isCollection(props: DavResponse['props']): boolean {
  const type = element(props, 'resourcetype');
  return type !== null && 'collection' in type;
}
