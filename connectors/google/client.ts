/**
 * Google's own client library, with its habits off: no retries, no sign-in and no transport of its own. Every request
 * passes the door, bounded in time and size, and every reply is judged here.
 */
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import type { RemoteId } from '../../src/model/ids.ts';
import type { ConnectorDoor, Subscription, WatchTarget } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { errorOfFailure, readBytes } from '../http.ts';
import type { TokenSource } from './auth.ts';
import type { EventPatch, NewEvent } from './body.ts';
import { type Act, errorOfReply, type GoogleReply } from './errors.ts';
import { eventTypes, limits } from './limits.ts';
import { type EventPage, type GoogleEvent, parseChannel, parseEvent, parsePage } from './wire.ts';

export type GoogleSettings = Readonly<{
  /** e.g. `https://www.googleapis.com/` */
  apiRoot: string;
  /** The page on which people say yes, e.g. `https://accounts.google.com/o/oauth2/v2/auth` */
  authUrl: string;
  /** e.g. `https://oauth2.googleapis.com/token` */
  tokenUrl: string;
  serviceAccountKey: ServiceAccountKey | null;
  oauth: Readonly<{ clientId: string; clientSecret: string }> | null;
}>;
export type ServiceAccountKey = Readonly<{ client_email: string; private_key: string; private_key_id?: string }>;

/** @property quotaUser whose share of the limits a request takes */
type Place = Readonly<{ calendarId: string; quotaUser: string }>;
type CallOptions = Omit<calendar_v3.Options, 'version'>;

/** What every listing asks for; a sync token is good for these words only. */
const listing = { singleEvents: false, showDeleted: true, maxResults: limits.pageSize } as const;

export class GoogleClient {
  readonly #api: calendar_v3.Calendar;
  readonly #door: ConnectorDoor;
  readonly #tokens: TokenSource;
  readonly #place: Place;

  constructor(api: calendar_v3.Calendar, door: ConnectorDoor, tokens: TokenSource, place: Place) {
    this.#api = api;
    this.#door = door;
    this.#tokens = tokens;
    this.#place = place;
  }

  /** One page of everything, or of what changed since a sync token. Throws `cursor-expired`, `gone`. */
  async list(syncToken: string | null, pageToken: string | null): Promise<EventPage> {
    const given = { ...(syncToken !== null && { syncToken }), ...(pageToken !== null && { pageToken }) };
    const params = { ...this.#place, ...listing, eventTypes: [...eventTypes], ...given };
    return parsePage(await this.#ask('calendar', options => this.#api.events.list(params, options)));
  }

  /** Everything of one UID: a series, and what was changed or cancelled of it. */
  async family(iCalUID: string): Promise<readonly GoogleEvent[]> {
    const events: GoogleEvent[] = [];
    let pageToken: string | null = null;
    for (let page = 0; page < limits.pages; page += 1) {
      const params = { ...this.#place, ...listing, iCalUID, ...(pageToken !== null && { pageToken }) };
      const found = parsePage(await this.#ask('calendar', options => this.#api.events.list(params, options)));
      events.push(...found.events);
      pageToken = found.nextPageToken;
      if (pageToken === null) return events;
    }
    throw new RemoteError('protocol', 'the listing of one event has no end');
  }

  /** Throws `gone` if the calendar itself is not there. */
  async confirm(): Promise<void> {
    const params = { ...this.#place, ...listing, maxResults: 1, fields: 'kind' };
    await this.#ask('calendar', options => this.#api.events.list(params, options));
  }

  /** A cancelled event is one as well. Throws `gone` where there never was one, or no longer. */
  async get(id: string): Promise<GoogleEvent> {
    return parseEvent(
      await this.#ask('item', options => this.#api.events.get({ ...this.#place, eventId: id }, options)),
    );
  }

  /** Throws `exists` where the id is or was in use. */
  async insert(event: NewEvent): Promise<GoogleEvent> {
    const params = { ...this.#place, sendUpdates: 'none', requestBody: event };
    return parseEvent(await this.#ask('calendar', options => this.#api.events.insert(params, options)));
  }

  /** @param etag null: whatever stands there. Throws `stale`, `gone`, `rejected`. */
  async patch(id: string, etag: string | null, patch: EventPatch): Promise<GoogleEvent> {
    const place: calendar_v3.Params$Resource$Events$Patch = { ...this.#place, eventId: id, sendUpdates: 'none' };
    const params = Object.assign(place, { requestBody: patch });
    return parseEvent(await this.#ask('item', options => this.#api.events.patch(params, conditional(options, etag))));
  }

  /** Throws `stale`, `gone`. */
  async remove(id: RemoteId, etag: string | null): Promise<void> {
    const params = { ...this.#place, eventId: id, sendUpdates: 'none' };
    await this.#ask('item', options => this.#api.events.delete(params, conditional(options, etag)));
  }

  async watch(target: WatchTarget): Promise<Subscription> {
    const { url, id, token, until } = target;
    const requestBody = { id, type: 'web_hook', address: url, token, expiration: String(until) };
    const params = { ...this.#place, eventTypes: [...eventTypes], requestBody };
    const channel = parseChannel(await this.#ask('calendar', options => this.#api.events.watch(params, options)));
    return { id: channel.id, resource: channel.resourceId, expiresAt: channel.expiration };
  }

  /** Throws `gone` where there is no such channel. */
  async unwatch({ id, resource }: Subscription): Promise<void> {
    const requestBody = { id, ...(resource !== null && { resourceId: resource }) };
    const { quotaUser } = this.#place;
    await this.#ask('item', options => this.#api.channels.stop({ quotaUser, requestBody }, options));
  }

  /** The body of a success. An access token that Google no longer takes is renewed once. */
  async #ask(on: Act['on'], call: (options: CallOptions) => Promise<unknown>): Promise<string> {
    const token = await this.#tokens.token();
    const first = await this.#send(token, call);
    const reply = first.status === 401 ? await this.#send(await this.#tokens.renew(token), call) : first;
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    throw errorOfReply(reply, { on, now: this.#door.now() });
  }

  async #send(token: string, call: (options: CallOptions) => Promise<unknown>): Promise<GoogleReply> {
    const heard: { reply: GoogleReply | null; failure: unknown } = { reply: null, failure: null };
    const through: typeof fetch = async (input, init) => {
      try {
        const { reply, response } = await fetchWhole(this.#door, input, init);
        heard.reply = reply;
        return response;
      } catch (error) {
        heard.failure = error;
        throw error;
      }
    };
    try {
      await call({
        headers: { authorization: `Bearer ${token}` },
        fetchImplementation: through,
        retry: false,
        responseType: 'text',
        validateStatus: () => true,
      });
    } catch {
      if (heard.failure !== null) throw errorOfFailure(heard.failure);
    }
    if (heard.reply !== null) return heard.reply;
    throw new RemoteError('rejected', 'the client library refused the request before it was sent');
  }
}

function conditional(options: CallOptions, etag: string | null): CallOptions {
  if (etag === null) return options;
  const headers = new Headers(options.headers);
  headers.set('if-match', etag);
  return { ...options, headers };
}

/** Bodies are read whole, and no redirect is followed: the token must not go elsewhere. */
async function fetchWhole(
  door: Pick<ConnectorDoor, 'fetch' | 'signal'>,
  input: Parameters<typeof fetch>[0],
  init: RequestInit = {},
): Promise<Readonly<{ reply: GoogleReply; response: Response }>> {
  const { method = 'GET', headers = {}, body } = init;
  const answer = await door.fetch(input, {
    method,
    headers,
    ...(body != null && { body }),
    redirect: 'manual',
    signal: door.signal,
  });
  const text = new TextDecoder().decode(await readBytes(answer, limits.replyBytes));
  const reply = { status: answer.status, text, retryAfter: answer.headers.get('retry-after') };
  const bodiless = [204, 205, 304].includes(answer.status);
  return { reply, response: new Response(bodiless ? null : text, { status: answer.status }) };
}
