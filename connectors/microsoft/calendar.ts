/** One calendar of one mailbox: what can be asked of it, in Graph's words. Decides nothing about events. */
import type { Instant } from '../../src/model/ids.ts';
import type { Range } from '../../src/model/when.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { Batches, PartRequest } from './batch.ts';
import { type GraphClient, type GraphReply, preferences } from './client.ts';
import { type Act, existingIdOf, remoteErrorOf } from './errors.ts';
import { limits } from './limits.ts';
import { expandMarks, keyProperty } from './marks.ts';
import { type EventPage, type GraphEvent, readEvent, readPage } from './wire.ts';

/** What was found under an id; null: it is not there. `throttled`: nothing is known of those that are left out. */
export type Found = Readonly<{ events: ReadonlyMap<string, GraphEvent | null>; throttled: RemoteError | null }>;

/** A page of a delta round. `more`: ask again from `link`; else `link` is where the next round starts. */
export type Changes = Pick<EventPage, 'entries'> & Readonly<{ link: string; more: boolean }>;

export class GraphCalendar {
  readonly #client: GraphClient;
  readonly #batches: Batches;
  readonly #now: () => Instant;
  /** `/users/<id>` or `/me`. */
  readonly owner: string;
  readonly base: string;

  /** @param calendar null: the main one  @param batches what takes requests about single events */
  constructor(client: GraphClient, batches: Batches, now: () => Instant, owner: string, calendar: string | null) {
    this.#client = client;
    this.#batches = batches;
    this.#now = now;
    this.owner = owner;
    this.base = calendar === null ? `${owner}/calendar` : `${owner}/calendars/${encodeURIComponent(calendar)}`;
  }

  /** The events under these ids with our marks. */
  async get(ids: readonly string[]): Promise<Found> {
    return await this.#getMany(ids, `$expand=${encodeURIComponent(expandMarks)}`);
  }

  /** Masters with everything that differs from their pattern; `cancelledOccurrences` is missing where Graph does not tell. */
  async getSeries(ids: readonly string[]): Promise<Found> {
    const fields = ['id', 'cancelledOccurrences', 'exceptionOccurrences'].join(',');
    return await this.#getMany(ids, `$select=${fields}&$expand=exceptionOccurrences`);
  }

  /** Every event that carries a mark of ours, or this one. */
  async marked(key: string | null): Promise<readonly GraphEvent[]> {
    const test = key === null ? `ep/value ne ''` : `ep/value eq '${key}'`;
    const filter = `singleValueExtendedProperties/Any(ep: ep/id eq '${keyProperty}' and ${test})`;
    const query = `$filter=${encodeURIComponent(filter)}&$expand=${encodeURIComponent(expandMarks)}&$top=100`;
    return await this.#list(`${this.base}/events?${query}`);
  }

  /** The occurrences of a series that are there, with everything. */
  async instances(id: string, { from, to }: Range): Promise<readonly GraphEvent[]> {
    return await this.#list(`${this.#path(id)}/instances?${windowQuery({ from, to })}&$top=500`);
  }

  /** The first page of a round over a window. */
  async startRound(window: Range): Promise<Changes> {
    return await this.#changes(`${this.base}/calendarView/delta?${windowQuery(window)}`);
  }

  /** @param link of the page before, or of the round before. Throws `cursor-expired`. */
  async followRound(link: string): Promise<Changes> {
    return await this.#changes(link);
  }

  /** Throws `gone` if the calendar itself is not there. */
  async confirm(): Promise<void> {
    this.#checked(await this.#client.request({ method: 'GET', path: `${this.base}?$select=id` }), 'calendar');
  }

  /** Makes an event. Throws `exists`, whose detail names the event where Graph does. */
  async create(body: object): Promise<GraphEvent> {
    const reply = await this.#batches.request({ method: 'POST', path: `${this.base}/events`, body });
    const existing = existingIdOf(reply.body);
    if (reply.status !== 201 && existing !== null) {
      throw new RemoteError('exists', 'an event of that key has been made already', { detail: { existing } });
    }
    return this.#event(this.#checked(reply, 'calendar'));
  }

  /** @param etag on which it depends, where Graph heeds that; null: nothing */
  async change(id: string, body: object, etag: string | null): Promise<GraphEvent> {
    const headers = conditionHeader(etag);
    const reply = await this.#batches.request({ method: 'PATCH', path: this.#path(id), body, headers });
    return this.#event(this.#checked(reply, 'item'));
  }

  /** That it is not there any more is success. */
  async remove(id: string, etag: string | null): Promise<void> {
    const headers = conditionHeader(etag);
    const reply = await this.#batches.request({ method: 'DELETE', path: this.#path(id), headers });
    if (reply.status !== 404) this.#checked(reply, 'item');
    else this.#throwUnlessGone(reply);
  }

  #path(id: string): string {
    return `${this.base}/events/${encodeURIComponent(id)}`;
  }

  async #getMany(ids: readonly string[], query: string): Promise<Found> {
    const read = async (id: string) => {
      const asked: PartRequest = { method: 'GET', path: `${this.#path(id)}?${query}` };
      return { id, reply: await this.#batches.request(asked) };
    };
    const events = new Map<string, GraphEvent | null>();
    let throttled: RemoteError | null = null;
    for (const { id, reply } of await Promise.all(ids.map(read))) {
      if (reply.status === 429) {
        throttled = remoteErrorOf(reply, { on: 'item', now: this.#now() });
        continue;
      }
      if (reply.status === 404) this.#throwUnlessGone(reply);
      events.set(id, reply.status === 404 ? null : this.#event(this.#checked(reply, 'item')));
    }
    return { events, throttled };
  }

  async #list(path: string): Promise<readonly GraphEvent[]> {
    const events: GraphEvent[] = [];
    let next: string | null = path;
    for (let pages = 0; next !== null && pages < limits.pages; pages += 1) {
      const reply: GraphReply = await this.#client.request({ method: 'GET', path: next });
      const page = this.#page(this.#checked(reply, 'calendar'));
      events.push(...page.entries.map(({ value }) => this.#event(value)));
      next = page.nextLink === null ? null : this.#client.pathOf(page.nextLink);
    }
    if (next !== null) throw new RemoteError('protocol', 'Graph does not come to the end of a list');
    return events;
  }

  async #changes(path: string): Promise<Changes> {
    const headers = { Prefer: `${preferences}, odata.maxpagesize=${limits.pageSize}` };
    const reply = await this.#client.request({ method: 'GET', path, headers });
    const { entries, nextLink, deltaLink } = this.#page(this.#checked(reply, 'calendar'));
    const link = nextLink ?? deltaLink;
    if (link === null) throw new RemoteError('protocol', 'a page of changes does not say where to go on');
    return { entries, link: this.#client.pathOf(link), more: nextLink !== null };
  }

  #checked(reply: GraphReply, on: Act['on']): unknown {
    if (reply.status >= 200 && reply.status < 300) return reply.body;
    throw remoteErrorOf(reply, { on, now: this.#now() });
  }

  /** A 404 may be about the whole mailbox, and then proves nothing of the item. */
  #throwUnlessGone(reply: GraphReply): void {
    const error = remoteErrorOf(reply, { on: 'item', now: this.#now() });
    if (error.kind !== 'gone') throw error;
  }

  #event(body: unknown): GraphEvent {
    const event = readEvent(body);
    if (event === null) throw new RemoteError('protocol', 'the reply is not an event');
    return event;
  }

  #page(body: unknown): EventPage {
    const page = readPage(body);
    if (page === null) throw new RemoteError('protocol', 'the reply is not a list of events');
    return page;
  }
}

function conditionHeader(etag: string | null): Readonly<Record<string, string>> {
  return etag === null ? {} : { 'If-Match': etag };
}

function windowQuery({ from, to }: Range): string {
  const at = (instant: Instant) => new Date(instant).toISOString();
  return `startDateTime=${at(from)}&endDateTime=${at(to)}`;
}
