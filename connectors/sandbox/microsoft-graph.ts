/** The Graph skin: one request in, one reply out, over the world's state. */
import type { Instant } from '../../src/model/ids.ts';
import type { DeltaTokens } from './microsoft-delta.ts';
import { GraphRefusal } from './microsoft-event.ts';
import { answerEvents, type GraphAnswer, type GraphAsk } from './microsoft-events.ts';
import { inboxFolder, inboxMessage } from './microsoft-inbox.ts';
import { sendMail, sentItems } from './microsoft-mail.ts';
import type { Subscriptions } from './microsoft-subscriptions.ts';
import type { MicrosoftCalendar, MicrosoftWorld } from './microsoft-world.ts';

export type Graph = Readonly<{
  world: MicrosoftWorld;
  deltas: DeltaTokens;
  subscriptions: Subscriptions;
  /** `http://127.0.0.1:<port>/v1.0` */
  root: string;
}>;

export async function answerGraph(graph: Graph, ask: GraphAsk, now: Instant): Promise<GraphAnswer> {
  try {
    return withHeaders(ask, await routed(graph, ask, now));
  } catch (error) {
    if (error instanceof GraphRefusal) return withHeaders(ask, refusal(error));
    throw error;
  }
}

/** Whose mailbox a path is about; null: none's. */
export function mailboxOf({ path: [first, second], signedIn }: Pick<GraphAsk, 'path' | 'signedIn'>): string | null {
  if (first === 'me') return signedIn;
  return first === 'users' && second !== undefined ? second.toLowerCase() : null;
}

export function refusal({ status, code, message, more }: GraphRefusal): GraphAnswer {
  const innerError = { date: '2026-01-01T00:00:00', 'request-id': 'r', 'client-request-id': 'c' };
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return { status, headers, body: { error: { code, message, ...more, innerError } } };
}

async function routed(graph: Graph, ask: GraphAsk, now: Instant): Promise<GraphAnswer> {
  const [first] = ask.path;
  if (first === 'subscriptions') return await graph.subscriptions.answer(ask, now);
  const owner = mailboxOf(ask);
  if (first === 'me' && owner === null) {
    throw new GraphRefusal(400, 'BadRequest', '/me request is only valid with delegated authentication flow.');
  }
  if (owner === null) throw new GraphRefusal(404, 'ResourceNotFound', 'Resource not found for the segment.');
  checkMailbox(graph, ask, owner);
  const rest = ask.path.slice(first === 'me' ? 1 : 2);
  if (rest[0] === 'sendMail') return sendMail(graph.world, ask, owner);
  if (rest[0] === 'messages') return inboxMessage(graph.world, owner, rest.slice(1));
  if (rest[0] === 'mailFolders' && rest[1] === 'inbox') {
    return inboxFolder(graph.world, ask, owner, graph.root, rest.slice(2));
  }
  if (rest[0] === 'mailFolders') return sentItems(graph.world, ask, owner, rest.slice(1));
  return mailbox(graph, ask, { owner, rest, now });
}

type Inside = Readonly<{ owner: string; rest: readonly string[]; now: Instant }>;

function mailbox(graph: Graph, ask: GraphAsk, { owner, rest, now }: Inside): GraphAnswer {
  const [kind, id, ...deeper] = rest;
  const user = graph.world.users.get(owner);
  if (kind === undefined)
    return { status: 200, body: { id: owner, userPrincipalName: owner, displayName: user?.name } };
  const inCalendar = (calendar: MicrosoftCalendar, part: readonly string[]): GraphAnswer => {
    if (part.length === 0) return { status: 200, body: calendarShape(graph, calendar) };
    const { world, deltas, root } = graph;
    return answerEvents({ ask, world, deltas, calendar, root, now: new Date(now).toISOString() }, part);
  };
  if (kind === 'calendars' && id === undefined) {
    const value = graph.world.calendarsOf(owner).map(each => calendarShape(graph, each));
    return { status: 200, body: { value } };
  }
  if (kind === 'calendars') return inCalendar(graph.world.calendar(owner, id ?? null), deeper);
  const main = graph.world.calendar(owner, null);
  return kind === 'calendar' ? inCalendar(main, rest.slice(1)) : inCalendar(main, rest);
}

function checkMailbox({ world }: Graph, { signedIn }: GraphAsk, owner: string): void {
  const mayOpen = signedIn === null || signedIn === owner || world.switches.delegates.get(owner)?.has(signedIn);
  if (world.switches.denied.has(owner) || !mayOpen) {
    throw new GraphRefusal(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  }
  if (!world.users.has(owner)) throw new GraphRefusal(404, 'Request_ResourceNotFound', 'Resource does not exist.');
  if (world.switches.unlicensed.has(owner)) {
    throw new GraphRefusal(404, 'MailboxNotEnabledForRESTAPI', 'The mailbox is inactive, soft-deleted or on-premise.');
  }
}

function calendarShape({ world }: Graph, { id, name, owner, isDefault }: MicrosoftCalendar) {
  const user = world.users.get(owner);
  const rights = { canEdit: true, canShare: true, canViewPrivateItems: true };
  return { id, name, ...rights, isDefaultCalendar: isDefault, owner: { name: user?.name ?? '', address: owner } };
}

function withHeaders({ headers }: GraphAsk, answer: GraphAnswer): GraphAnswer {
  const prefer = headers['prefer'];
  const applied = prefer === undefined ? {} : { 'preference-applied': prefer };
  const ids = { 'request-id': 'sandbox', 'client-request-id': headers['client-request-id'] ?? 'sandbox' };
  return { ...answer, headers: { ...ids, ...applied, ...answer.headers } };
}
