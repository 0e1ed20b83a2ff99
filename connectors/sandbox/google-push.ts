/** Channels and their notices. Section 15 of reference/google-calendar.md. */
import { createHash } from 'node:crypto';
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/v3.js';
import { z } from 'zod';
import type { Instant } from '../../src/model/ids.ts';
import { type Answer, json, refusal } from './google-refusal.ts';
import type { GoogleCalendar } from './google-world.ts';

export type Channel = Readonly<{
  id: string;
  resourceId: string;
  calendarId: string;
  address: string;
  token: string | null;
  expiresAt: Instant;
}>;

const bodySchema = z.object({
  id: z.string().min(1),
  type: z.enum(['web_hook', 'webhook']),
  address: z.string(),
  token: z.string().max(256).optional(),
  expiration: z.coerce.number().optional(),
});
const weekMs = 7 * 24 * 60 * 60 * 1000;

export class SandboxPush {
  /** What becomes of the notices to come; each is used once, in this order. */
  readonly mishaps: Array<'drop' | 'twice'> = [];
  /** Whether addresses must be HTTPS, as Google asks; here they are on this machine. */
  httpsOnly = false;
  readonly #channels = new Map<string, Channel & { number: number }>();
  readonly #used = new Set<string>();
  readonly #under = new Set<Promise<void>>();
  readonly #now: () => Instant;

  constructor(now: () => Instant) {
    this.#now = now;
  }

  channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /** Opens a channel; its `sync` notice may arrive before this answer. Throws GoogleRefusal. */
  watch(calendar: GoogleCalendar, body: unknown, root: string): Answer {
    const found = bodySchema.safeParse(body);
    if (!found.success) throw refusal(400, 'required', { message: 'Required parameter: id, type and address' });
    const { id, address, token = null, expiration } = found.data;
    if (id.length > 64 || !/^[\w\-+/=]+$/.test(id)) throw refusal(400, 'invalid', { message: 'Invalid channel id.' });
    if (this.#used.has(id)) throw refusal(400, 'channelIdNotUnique', { message: `Channel id ${id} not unique` });
    const scheme = URL.parse(address)?.protocol;
    if (scheme !== 'https:' && (this.httpsOnly || scheme !== 'http:')) {
      throw refusal(400, 'push.webhookUrlNotHttps', { message: `WebHook callback must be HTTPS: ${address}` });
    }
    this.#used.add(id);
    const resourceId = createHash('sha256').update(calendar.id).digest('base64url').slice(0, 27);
    const expiresAt = Math.min(expiration ?? Number.POSITIVE_INFINITY, this.#now() + weekMs);
    const channel = { id, resourceId, calendarId: calendar.id, address, token, expiresAt, number: 0 };
    this.#channels.set(id, channel);
    this.#send(channel, 'sync');
    const resourceUri = `${root}/calendar/v3/calendars/${encodeURIComponent(calendar.id)}/events?alt=json`;
    const answer: calendar_v3.Schema$Channel = {
      kind: 'api#channel',
      id,
      resourceId,
      resourceUri,
      ...(token !== null && { token }),
      expiration: String(expiresAt),
    };
    return json(answer);
  }

  /** Throws GoogleRefusal 404 for a channel that is not there. */
  stop(body: unknown): Answer {
    const { id, resourceId } = z.object({ id: z.string(), resourceId: z.string() }).parse(body);
    const channel = this.#channels.get(id);
    if (channel?.resourceId !== resourceId) throw refusal(404, 'notFound', { message: `Channel '${id}' not found` });
    this.#channels.delete(id);
    return { status: 204 };
  }

  /** Tells everybody who watches this calendar that something is new there. */
  tell(calendar: GoogleCalendar): void {
    for (const channel of this.#channels.values()) {
      if (channel.calendarId === calendar.id && channel.expiresAt > this.#now()) this.#send(channel, 'exists');
    }
  }

  /** Until every notice is delivered or lost. */
  async settled(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under);
  }

  #send(channel: Channel & { number: number }, state: 'sync' | 'exists'): void {
    // Numbers grow, with gaps.
    channel.number += state === 'sync' ? 1 : 3;
    const headers = {
      'x-goog-channel-id': channel.id,
      'x-goog-message-number': String(channel.number),
      'x-goog-resource-id': channel.resourceId,
      'x-goog-resource-state': state,
      'x-goog-channel-expiration': new Date(channel.expiresAt).toUTCString(),
      'user-agent': 'APIs-Google',
      ...(channel.token !== null && { 'x-goog-channel-token': channel.token }),
    };
    const mishap = state === 'sync' ? undefined : this.mishaps.shift();
    const times = mishap === 'drop' ? 0 : mishap === 'twice' ? 2 : 1;
    for (let time = 0; time < times; time += 1) this.#post(channel.address, headers);
  }

  #post(address: string, headers: Readonly<Record<string, string>>): void {
    const delivery = fetch(address, { method: 'POST', headers, redirect: 'manual' })
      .then(reply => reply.arrayBuffer())
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#under.delete(delivery));
    this.#under.add(delivery);
  }
}
