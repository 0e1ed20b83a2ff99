/** Change notifications: Graph posts to our webhook that something changed, and no more. reference section 12. */
import { z } from 'zod';
import type { Instant } from '../../src/model/ids.ts';
import type { Notice, NoticeReading, NoticeRequest, Subscription, WatchTarget } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import type { GraphClient, GraphReply } from './client.ts';
import { remoteErrorOf } from './errors.ts';
import { limits } from './limits.ts';
import { readSubscription, readSubscriptions } from './wire.ts';

export class Notices {
  readonly #client: GraphClient;
  readonly #now: () => Instant;
  readonly #resource: string;

  /** @param base of the calendar, as in `/users/<id>/calendar` */
  constructor(client: GraphClient, now: () => Instant, base: string) {
    this.#client = client;
    this.#now = now;
    // The main calendar is watched under the mailbox's own name.
    this.#resource = decodeURIComponent(`${base.replace(/\/calendar$/, '')}/events`).slice(1);
  }

  /**
   * The webhook must answer Graph's validation before this returns. Graph chooses the id. Where it grants one
   * subscription only, the one there is gives way.
   */
  async watch(target: WatchTarget): Promise<Subscription> {
    const first = await this.#subscribe(target);
    if (first.status === 409) await this.#unwatchAll(target.url);
    const { status, body, retryAfter } = first.status === 409 ? await this.#subscribe(target) : first;
    if (status !== 201) throw remoteErrorOf({ status, body, retryAfter }, { on: 'calendar', now: this.#now() });
    const made = readSubscription(body);
    const expiresAt = Date.parse(made?.expirationDateTime ?? '');
    if (made === null || Number.isNaN(expiresAt)) {
      throw new RemoteError('protocol', 'the reply is not a subscription');
    }
    return { id: made.id, resource: null, expiresAt };
  }

  async unwatch({ id }: Pick<Subscription, 'id'>): Promise<void> {
    const path = `/subscriptions/${encodeURIComponent(id)}`;
    const { status, body, retryAfter } = await this.#client.request({ method: 'DELETE', path });
    if (status === 404 || (status >= 200 && status < 300)) return;
    throw remoteErrorOf({ status, body, retryAfter }, { on: 'item', now: this.#now() });
  }

  #subscribe({ url, token, until }: WatchTarget): Promise<GraphReply> {
    const expires = Math.min(until, this.#now() + limits.subscriptionMs);
    return this.#client.request({
      method: 'POST',
      path: '/subscriptions',
      body: {
        changeType: 'created,updated,deleted',
        notificationUrl: url,
        lifecycleNotificationUrl: url,
        resource: this.#resource,
        expirationDateTime: new Date(expires).toISOString(),
        clientState: token,
      },
    });
  }

  async #unwatchAll(url: string): Promise<void> {
    const { body } = await this.#client.request({ method: 'GET', path: '/subscriptions' });
    for (const { id, resource, notificationUrl } of readSubscriptions(body)) {
      const isOurs = notificationUrl === url && resource?.toLowerCase() === this.#resource.toLowerCase();
      if (isOurs) await this.unwatch({ id });
    }
  }
}

const wireNotices = z.object({
  value: z.array(
    z.object({
      subscriptionId: z.string(),
      clientState: z.string().nullish(),
      lifecycleEvent: z.string().nullish(),
    }),
  ),
});

/** Longer ones than this are not Graph's. */
const longestHandshake = 1000;

/** The handshake comes from anybody who likes, so its words are given back as plain text and no more. Pure. */
export function readNotices({ query, body }: NoticeRequest): NoticeReading {
  const { validationToken } = query;
  const unread: NoticeReading = { status: 400, text: 'not a notice', notices: [] };
  if (validationToken !== undefined) {
    return validationToken.length > longestHandshake ? unread : { status: 200, text: validationToken, notices: [] };
  }
  const read = wireNotices.safeParse(parseJson(body));
  if (!read.success) return unread;
  const notices = read.data.value.map(({ subscriptionId, clientState, lifecycleEvent }) => ({
    subscription: subscriptionId,
    token: clientState ?? null,
    what: meaningOf(lifecycleEvent ?? ''),
  }));
  return { status: 202, text: '', notices };
}

/** `missed`: notices were lost, so what they would have said must be looked for. */
function meaningOf(lifecycleEvent: string): Notice['what'] {
  if (lifecycleEvent === 'reauthorizationRequired') return 'renew';
  return lifecycleEvent === 'subscriptionRemoved' ? 'removed' : 'changed';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
