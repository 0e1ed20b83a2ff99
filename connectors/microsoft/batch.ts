/**
 * Requests that are made in the same moment travel together: `$batch`, whose parts each have their own fate and run at
 * the provider up to four at a time, in any order. reference section 13.2; docs/decisions/008.
 */
import { turn } from '../../src/runtime/turn.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { type GraphClient, type GraphReply, type GraphRequest, preferences } from './client.ts';
import { limits } from './limits.ts';
import { type BatchPart, readBatch } from './wire.ts';

export type PartRequest = Readonly<{
  method: GraphRequest['method'];
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: object;
}>;

/**
 * How many parts a batch for one mailbox may have. Microsoft promises to hold parts back that a mailbox has no room
 * for; where it turns them away instead, that is learnt once and for all sessions of the process.
 */
export class BatchSize {
  #parts: number;

  constructor(parts: number) {
    this.#parts = parts;
  }

  get parts(): number {
    return this.#parts;
  }

  /** Of a batch only so many parts got through; none at all says nothing of its size. */
  gotThrough(parts: number): void {
    if (parts > 0) this.#parts = Math.min(this.#parts, Math.max(parts, limits.atOnce));
  }

  /** Nobody there takes batches. */
  refused(): void {
    this.#parts = 1;
  }
}

type Waiting = Readonly<{
  asked: PartRequest;
  resolve: (reply: GraphReply) => void;
  reject: (error: unknown) => void;
}>;

/** The way out for requests of one session about single events. */
export class Batches {
  readonly #client: Pick<GraphClient, 'request'>;
  readonly #size: BatchSize;
  readonly #waiting: Waiting[] = [];
  #leaving = false;

  constructor(client: Pick<GraphClient, 'request'>, size: BatchSize) {
    this.#client = client;
    this.#size = size;
  }

  /**
   * The reply is what the request would have got by itself, and it is an error likewise when none came. A 429 is handed
   * on only where Graph says when to come back, or lets nothing through.
   */
  request(asked: PartRequest): Promise<GraphReply> {
    const { promise, resolve, reject } = Promise.withResolvers<GraphReply>();
    this.#waiting.push({ asked, resolve, reject });
    if (!this.#leaving) void this.#leave();
    return promise;
  }

  /** One batch after another; what is asked meanwhile goes with the next. Never fails: the parts do. */
  async #leave(): Promise<void> {
    this.#leaving = true;
    while (this.#waiting.length > 0) {
      await turn();
      const load = this.#waiting.splice(0, this.#size.parts);
      if (load.length > 1) await this.#together(load);
      else for (const part of load) void this.#alone(part);
    }
    this.#leaving = false;
  }

  async #alone({ asked, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve(await this.#client.request(asked));
    } catch (error) {
      reject(error);
    }
  }

  async #together(load: readonly Waiting[]): Promise<void> {
    const requests = load.map(({ asked }, at) => wirePart(asked, at));
    try {
      const body = { requests };
      const reply = await this.#client.request({ method: 'POST', path: '/$batch', body, places: limits.slots });
      if (reply.status === 200) this.#deal(load, readBatch(reply.body));
      else if (reply.status >= 400) this.#fail(load, reply);
      else throw new RemoteError('protocol', 'a batch was answered by something else than its parts');
    } catch (error) {
      // Whether it came there is as unknown of each part as of the whole.
      for (const { reject } of load) reject(error);
    }
  }

  /** The batch itself was answered by an error. */
  #fail(load: readonly Waiting[], reply: GraphReply): void {
    const { status } = reply;
    if (status >= 400 && status < 500 && ![401, 408, 429].includes(status)) {
      // Nothing of it was looked at; what is wrong with a part, it learns by itself.
      this.#size.refused();
      for (const part of load) void this.#alone(part);
      return;
    }
    if (status === 429) this.#turnAway(reply);
    for (const { resolve } of load) resolve(reply);
  }

  #deal(load: readonly Waiting[], responses: readonly BatchPart[] | null): void {
    if (responses === null) throw new RemoteError('protocol', 'the answer to a batch cannot be read');
    const dealt = load.map((part, at) => ({ part, reply: replyTo(responses, at) }));
    const turnedAway = dealt.flatMap(({ reply }) => (reply?.status === 429 ? reply : []));
    const through = load.length - turnedAway.length;
    if (turnedAway.length > 0) this.#size.gotThrough(through);
    const again: Waiting[] = [];
    for (const { part, reply } of dealt) {
      if (reply === null) part.reject(new RemoteError('protocol', 'a batch was answered without one of its parts'));
      // By itself it gets the second try that every request gets, with a fresh token.
      else if (reply.status === 401) void this.#alone(part);
      else if (reply.status === 429 && reply.retryAfter === null && through > 0) again.push(part);
      else part.resolve(reply);
    }
    this.#waiting.unshift(...again);
    const hold =
      turnedAway.find(({ retryAfter }) => retryAfter !== null) ?? (through === 0 ? turnedAway[0] : undefined);
    if (hold !== undefined) this.#turnAway(hold);
  }

  /** Graph wants a pause: what has not left yet does not leave. */
  #turnAway(reply: GraphReply): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve(reply);
  }
}

/** A part names its own preferences: those of the batch do not count for it. */
function wirePart({ method, path, headers, body }: PartRequest, at: number) {
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const said = { Prefer: preferences, ...type, ...headers };
  return { id: String(at), method, url: path, headers: said, ...(body === undefined ? {} : { body }) };
}

/** null: there is none, or there are two and neither can be believed. */
function replyTo(responses: readonly BatchPart[], at: number): GraphReply | null {
  const [part, second] = responses.filter(({ id }) => id === String(at));
  if (part === undefined || second !== undefined) return null;
  const { status, headers, body } = part;
  const name = Object.keys(headers ?? {}).find(each => each.toLowerCase() === 'retry-after');
  return { status, body, retryAfter: (name !== undefined && headers?.[name]) || null };
}
