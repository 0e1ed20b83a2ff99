/** A mailbox's Inbox, as far as a reader of answers needs it: delta of a folder, a message as MIME, its attachments. */
import { GraphRefusal } from './microsoft-event.ts';
import type { GraphAnswer, GraphAsk } from './microsoft-events.ts';
import { type MicrosoftWorld, notFound } from './microsoft-world.ts';

type Arrived = Readonly<{ id: string; owner: string; mime: string; receivedAt: number }>;
type Round = Readonly<{ owner: string; since: number; from: number; pageSize: number; select: readonly string[] }>;
type Post = { readonly arrived: Arrived[]; readonly deleted: Set<string>; readonly rounds: Map<string, Round> };

const posts = new WeakMap<MicrosoftWorld, Post>();
const usualPageSize = 10;

function postOf(world: MicrosoftWorld): Post {
  const post = posts.get(world) ?? { arrived: [], deleted: new Set(), rounds: new Map() };
  posts.set(world, post);
  return post;
}

/** A mail arrives. @param receivedAt milliseconds UTC. Returns its id. */
export function deliver(world: MicrosoftWorld, owner: string, mime: string, receivedAt: number): string {
  const { arrived } = postOf(world);
  const id = `AAkALg${arrived.length + 1}=`;
  arrived.push({ id, owner: owner.toLowerCase(), mime, receivedAt });
  return id;
}

/** Somebody deletes it for good. */
export function deleteMessage(world: MicrosoftWorld, id: string): void {
  postOf(world).deleted.add(id);
}

/** Every link given out so far is refused. */
export function expireInboxLinks(world: MicrosoftWorld): void {
  postOf(world).rounds.clear();
}

/** Below `/mailFolders/inbox`. */
export function inboxFolder(
  world: MicrosoftWorld,
  ask: GraphAsk,
  owner: string,
  root: string,
  path: readonly string[],
): GraphAnswer {
  const post = postOf(world);
  const [messages, delta] = path;
  if (messages === undefined) return { status: 200, body: { id: `AAMkInbox-${owner}`, displayName: 'Inbox' } };
  if (messages !== 'messages') throw new GraphRefusal(404, 'ResourceNotFound', 'Resource not found for the segment.');
  if (delta === 'delta') return deltaPage(post, roundOf(post, ask, owner), root);
  const top = Number(ask.query.get('$top') ?? usualPageSize);
  const own = post.arrived.filter(one => one.owner === owner && !post.deleted.has(one.id));
  return {
    status: 200,
    body: {
      value: own
        .toReversed()
        .slice(0, top)
        .map(({ id }) => ({ id })),
    },
  };
}

/** `/messages/{id}/$value` and `/messages/{id}/attachments`. */
export function inboxMessage(world: MicrosoftWorld, owner: string, [id = '', part]: readonly string[]): GraphAnswer {
  const { arrived, deleted } = postOf(world);
  const found = arrived.find(one => one.id === id && one.owner === owner && !deleted.has(one.id));
  if (found === undefined) throw notFound();
  if (part === '$value') return { status: 200, body: found.mime };
  if (part === 'attachments') return { status: 200, body: { value: attachmentsOf(found.mime) } };
  throw new GraphRefusal(404, 'ResourceNotFound', 'Resource not found for the segment.');
}

/** A token holds everything that the first request said; nothing may be added to it. */
function roundOf(post: Post, { query, headers }: GraphAsk, owner: string): Round {
  const token = query.get('$deltatoken') ?? query.get('$skiptoken');
  if (token !== null) {
    const round = post.rounds.get(token);
    if (round?.owner !== owner) throw new GraphRefusal(410, 'SyncStateNotFound', 'The sync state is not found.');
    return round;
  }
  if ((query.get('changeType') ?? 'created') !== 'created')
    throw new GraphRefusal(400, 'BadRequest', 'Not built here.');
  const filter = query.get('$filter');
  const since = /^receivedDateTime ge (\S+Z)$/.exec(filter ?? '')?.[1];
  if (filter !== null && since === undefined) {
    throw new GraphRefusal(400, 'ErrorInvalidUrlQueryFilter', 'Only receivedDateTime can be filtered by.');
  }
  const pageSize = Number(/odata\.maxpagesize=(\d+)/.exec(headers['prefer'] ?? '')?.[1] ?? usualPageSize);
  return { owner, since: Date.parse(since ?? '1970-01-01T00:00:00Z'), from: 0, pageSize, select: selectOf(query) };
}

function selectOf(query: URLSearchParams): readonly string[] {
  return (query.get('$select') ?? 'hasAttachments,receivedDateTime').split(',');
}

/** Newest first within a page, as the service gives them. */
function deltaPage({ arrived, deleted, rounds }: Post, round: Round, root: string): GraphAnswer {
  const left = arrived
    .map((mail, at) => ({ mail, at }))
    .slice(round.from)
    .filter(({ mail }) => mail.owner === round.owner && mail.receivedAt >= round.since && !deleted.has(mail.id));
  const page = left.slice(0, round.pageSize);
  const isLast = page.length === left.length;
  const from = isLast ? arrived.length : (page.at(-1)?.at ?? 0) + 1;
  const token = `I${rounds.size + 1}-${from}`;
  rounds.set(token, { ...round, from });
  const base = `${root}/users/${encodeURIComponent(round.owner)}/mailFolders/inbox/messages/delta`;
  const link = isLast
    ? { '@odata.deltaLink': `${base}?$deltatoken=${token}` }
    : { '@odata.nextLink': `${base}?$skiptoken=${token}` };
  return { status: 200, body: { value: page.map(({ mail }) => messageShape(mail, round.select)).reverse(), ...link } };
}

function messageShape({ id, mime, receivedAt }: Arrived, select: readonly string[]) {
  const kind = kindOf(mime);
  const all: Readonly<Record<string, unknown>> = {
    hasAttachments: attachmentsOf(mime).length > 0,
    receivedDateTime: new Date(receivedAt).toISOString(),
  };
  return {
    ...(kind === null ? {} : { '@odata.type': `#microsoft.graph.${kind}` }),
    '@odata.etag': `W/"${id}"`,
    id,
    ...Object.fromEntries(select.flatMap(name => (name in all ? [[name, all[name]]] : []))),
  };
}

/** What Exchange takes a mail for by its calendar part. */
function kindOf(mime: string): string | null {
  const method = /^Content-Type:\s*text\/calendar\b[\s\S]*?method="?([A-Z]+)/im.exec(mime)?.[1]?.toUpperCase();
  if (method === 'REPLY' || method === 'COUNTER') return 'eventMessageResponse';
  if (method === 'REQUEST') return 'eventMessageRequest';
  return method === undefined ? null : 'eventMessage';
}

function attachmentsOf(mime: string): readonly Readonly<{ id: string; contentType: string }>[] {
  const parts = [...mime.matchAll(/^Content-Type:\s*((?!multipart|text\/(?:plain|html|calendar))[\w-]+\/[\w.+-]+)/gim)];
  return parts.map(([, contentType = ''], at) => ({ id: `AAkAtt${at}=`, contentType }));
}
