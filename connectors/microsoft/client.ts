/**
 * Microsoft's Graph client with its own parts replaced: our token, our way out, no retries, no redirects. What comes
 * back is status, headers and parsed body; links are followed only within the configured service.
 */
import { Client, type Context, type Middleware, ResponseType } from '@microsoft/microsoft-graph-client';
import type { ConnectorDoor } from '../../src/sync/connector.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { errorOfFailure, readBytes } from '../http.ts';
import { limits } from './limits.ts';
import type { Slots } from './slots.ts';

export type GraphDoor = Pick<ConnectorDoor, 'fetch' | 'signal' | 'now'>;

export type GraphRequest = Readonly<{
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the version, encoded, with its query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** A text goes as it is, under its own content type. */
  body?: object | string;
  /** Places it takes among the requests for this mailbox; default 1. */
  places?: number;
}>;

export type GraphReply = Readonly<{
  status: number;
  retryAfter: string | null;
  /** Parsed; undefined where there is no body, or none in JSON. */
  body: unknown;
  /** As it came; a part of a batch has none. */
  bytes?: Uint8Array;
}>;

/** Sent with every request: ids that stay when an item is moved, and times in UTC. */
export const preferences = 'IdType="ImmutableId", outlook.timezone="UTC"';

export type GraphClient = Readonly<{
  /** Any status is a reply. Throws RemoteError when none came, or one too long. */
  request(request: GraphRequest): Promise<GraphReply>;
  /** The path of a link that Graph gave. Throws RemoteError `protocol` where it leads elsewhere. */
  pathOf(link: string): string;
}>;

export type GraphAccess = Readonly<{
  graphRoot: string;
  slots: Slots;
  /** A bearer token; `fresh`: the last one was refused. */
  token(fresh: boolean): Promise<string>;
}>;

export function createGraphClient(access: GraphAccess, door: GraphDoor): GraphClient {
  const root = access.graphRoot.replace(/\/+$/, '');
  const at = root.lastIndexOf('/');
  const send = async (request: GraphRequest, fresh: boolean): Promise<GraphReply> => {
    const token = await access.token(fresh);
    const way = wayOut(door, token);
    const client = Client.initWithMiddleware({
      middleware: way.middleware,
      baseUrl: root.slice(0, at),
      defaultVersion: root.slice(at + 1),
    });
    try {
      const reply = await ask(client, request);
      return await replyOf(reply);
    } catch (error) {
      throw errorOfFailure(way.failure() ?? error);
    }
  };
  return {
    async request(request) {
      return await access.slots.run(request.places ?? 1, async () => {
        const reply = await send(request, false);
        // A token may be withdrawn before its time; a second refusal is meant.
        return reply.status === 401 ? await send(request, true) : reply;
      });
    },
    pathOf(link) {
      if (!link.startsWith(`${root}/`)) throw new RemoteError('protocol', 'a link of Graph leads to another server');
      return link.slice(root.length);
    },
  };
}

async function ask(client: Client, { method, path, headers, body }: GraphRequest): Promise<unknown> {
  const request = client
    .api(path)
    .headers({ Prefer: preferences, ...headers })
    .responseType(ResponseType.RAW);
  switch (method) {
    case 'GET':
      return await request.get();
    case 'POST':
      return await request.post(body);
    case 'PATCH':
      return await request.patch(body);
    case 'DELETE':
      return await request.delete();
  }
}

/** The whole chain of the client: one handler that adds the token and hands the request to the door. */
function wayOut(door: GraphDoor, token: string): Readonly<{ middleware: Middleware; failure(): unknown }> {
  let failure: unknown = null;
  const middleware: Middleware = {
    async execute(context: Context) {
      const { headers: given, method, body } = context.options ?? {};
      const headers = new Headers(Object.entries(given ?? {}).map(([name, value]) => [name, String(value)]));
      headers.set('Authorization', `Bearer ${token}`);
      try {
        context.response = await door.fetch(context.request, {
          method: method ?? 'GET',
          headers,
          redirect: 'manual',
          signal: AbortSignal.any([door.signal, AbortSignal.timeout(limits.timeoutMs)]),
          ...(typeof body === 'string' ? { body } : {}),
        });
      } catch (error) {
        // The client keeps only the text of an error.
        failure = error;
        throw error;
      }
    },
  };
  return { middleware, failure: () => failure };
}

async function replyOf(reply: unknown): Promise<GraphReply> {
  if (!(reply instanceof Response)) throw new RemoteError('protocol', 'the Graph client gave no reply');
  const bytes = await readBytes(reply, limits.replyBytes);
  const body = parseJson(new TextDecoder().decode(bytes));
  return { status: reply.status, retryAfter: reply.headers.get('retry-after'), body, bytes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
