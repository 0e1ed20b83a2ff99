/** Change notifications: the handshake, notices of changes and of the subscription's own life. No clock. */
import { z } from 'zod';
import type { Instant } from '../../src/model/ids.ts';
import { GraphRefusal } from './microsoft-event.ts';
import type { GraphAnswer, GraphAsk } from './microsoft-events.ts';

const wire = z.object({
  changeType: z.string(),
  resource: z.string(),
  notificationUrl: z.url(),
  lifecycleNotificationUrl: z.url().optional(),
  expirationDateTime: z.iso.datetime({ offset: true }),
  clientState: z.string().max(128).optional(),
});
type Wanted = z.infer<typeof wire>;
export type MicrosoftSubscription = Wanted & Readonly<{ id: string }>;

/** Posts to a webhook; gives its status and text. */
export type Post = (url: string, body: unknown) => Promise<Readonly<{ status: number; type: string; text: string }>>;

const minute = 60_000;

export class Subscriptions {
  readonly #post: Post;
  readonly #all = new Map<string, MicrosoftSubscription>();
  #count = 0;
  /** The longest life, in minutes; it differs between clouds. */
  maxMinutes = 4230;
  /** Whether one application may have one subscription to a resource only; documented, and not always so. */
  refusesSecond = false;
  /** Whether addresses must be HTTPS, as Graph asks; here they are on this machine. */
  httpsOnly = false;

  constructor(post: Post) {
    this.#post = post;
  }

  list(): readonly MicrosoftSubscription[] {
    return [...this.#all.values()];
  }

  async answer({ method, path: [, id], body, signedIn }: GraphAsk, now: Instant): Promise<GraphAnswer> {
    if (method === 'POST' && id === undefined) return await this.#create(body, signedIn, now);
    if (method === 'GET' && id === undefined) return { status: 200, body: { value: this.list() } };
    const found = this.#all.get(id ?? '');
    if (found === undefined) throw new GraphRefusal(404, 'ResourceNotFound', 'The object was not found.');
    if (method === 'DELETE') {
      this.#all.delete(found.id);
      return { status: 204 };
    }
    const renewed = { ...found, ...wire.pick({ expirationDateTime: true }).parse(body) };
    this.#checkLife(renewed, now);
    this.#all.set(found.id, renewed);
    return { status: 200, body: renewed };
  }

  /** Sends the notices that a change in a person's calendars causes, to all who listen. */
  async announce(user: string, now: Instant): Promise<void> {
    for (const each of this.list()) {
      const isLive = Date.parse(each.expirationDateTime) > now;
      if (!isLive || !each.resource.toLowerCase().startsWith(`users/${user.toLowerCase()}/`)) continue;
      const notice = { ...noticeOf(each), changeType: 'updated', resource: each.resource };
      await this.#post(each.notificationUrl, { value: [notice] });
    }
  }

  /** Tells of the subscription's own life. */
  async lifecycle(id: string, lifecycleEvent: 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed') {
    const found = this.#all.get(id);
    if (found === undefined) return;
    if (lifecycleEvent === 'subscriptionRemoved') this.#all.delete(id);
    const body = { value: [{ ...noticeOf(found), lifecycleEvent }] };
    await this.#post(found.lifecycleNotificationUrl ?? found.notificationUrl, body);
  }

  async #create(body: unknown, signedIn: string | null, now: Instant): Promise<GraphAnswer> {
    const read = wire.safeParse(body);
    if (!read.success) throw new GraphRefusal(400, 'InvalidRequest', `${read.error.issues[0]?.path.join('.')}`);
    const wanted = read.data;
    this.#checkLife(wanted, now);
    const resource = wanted.resource.replace(/^\/?me\//, `users/${signedIn}/`);
    if (this.refusesSecond && this.list().some(each => each.resource === resource)) {
      throw new GraphRefusal(409, 'Conflict', 'A subscription to this resource exists already.');
    }
    const urls = new Set([wanted.notificationUrl, wanted.lifecycleNotificationUrl ?? wanted.notificationUrl]);
    for (const url of urls) {
      if (this.httpsOnly && !url.startsWith('https:')) {
        throw new GraphRefusal(400, 'InvalidRequest', "NotificationUrl must be of scheme 'https'.");
      }
      await this.#shakeHands(url);
    }
    this.#count += 1;
    const made = { ...wanted, resource, id: `subscription-${this.#count}` };
    this.#all.set(made.id, made);
    return { status: 201, body: made };
  }

  async #shakeHands(url: string): Promise<void> {
    const token = `validation: ${this.#count + 1} <&>`;
    const address = new URL(url);
    address.searchParams.set('validationToken', token);
    const { status, type, text } = await this.#post(address.href, null);
    if (status === 200 && type.startsWith('text/plain') && text === token) return;
    throw new GraphRefusal(400, 'ValidationError', 'Subscription validation request failed.');
  }

  #checkLife({ expirationDateTime }: Pick<Wanted, 'expirationDateTime'>, now: Instant): void {
    if (Date.parse(expirationDateTime) <= now + this.maxMinutes * minute) return;
    throw new GraphRefusal(
      400,
      'ExtensionError',
      `Subscription expiration can only be ${this.maxMinutes} minutes in the future.`,
    );
  }
}

function noticeOf({ id, clientState, expirationDateTime }: MicrosoftSubscription) {
  return { subscriptionId: id, subscriptionExpirationDateTime: expirationDateTime, clientState, tenantId: 'sandbox' };
}
