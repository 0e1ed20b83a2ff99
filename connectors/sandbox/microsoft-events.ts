/** The calendar part of the Graph skin: events, views and instances of one calendar. No sockets, no clock. */
import type { SandboxItem } from './calendar-state.ts';
import { type DeltaTokens, instancesIn, touches, type Window } from './microsoft-delta.ts';
import {
  type Attendee,
  changedEvent,
  changedInstance,
  GraphRefusal,
  madeEvent,
  parseEvent,
  type StoredEvent,
  spanOf,
  withoutInstance,
} from './microsoft-event.ts';
import { eventShape, instanceShape, type Shape, type View } from './microsoft-shape.ts';
import {
  type MicrosoftCalendar,
  type MicrosoftWorld,
  type Named,
  namedBy,
  namesOf,
  notFound,
} from './microsoft-world.ts';

export type GraphAsk = Readonly<{
  method: string;
  /** URL-decoded segments after the version. */
  path: readonly string[];
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: unknown;
  /** Whose token it is; null: the application's own. */
  signedIn: string | null;
}>;
export type GraphAnswer = Readonly<{ status: number; headers?: Readonly<Record<string, string>>; body?: unknown }>;

export type EventsAsk = Readonly<{
  ask: GraphAsk;
  world: MicrosoftWorld;
  deltas: DeltaTokens;
  calendar: MicrosoftCalendar;
  /** Address of the service with its version, for links. */
  root: string;
  /** ISO time, for `createdDateTime`. */
  now: string;
}>;

/** @param rest what follows the calendar in the path. Throws GraphRefusal. */
export function answerEvents(asked: EventsAsk, rest: readonly string[]): GraphAnswer {
  const [kind, id, part] = rest;
  const { method } = asked.ask;
  if (kind === 'calendarView' && id === 'delta') return delta(asked);
  if (kind === 'calendarView' && id === undefined) return calendarView(asked);
  if (kind !== 'events') throw new GraphRefusal(404, 'ResourceNotFound', 'Resource not found for the segment.');
  if (id === undefined) return method === 'POST' ? create(asked) : list(asked);
  const named = namedBy(id, asked.calendar, isImmutable(asked));
  if (part === 'instances') return instances(asked, named);
  if (method === 'PATCH') return patch(asked, named);
  if (method === 'DELETE') return remove(asked, named);
  return { status: 200, body: shapeOf(asked, itemOf(asked, named), named.slot) };
}

function itemOf({ calendar }: EventsAsk, { name, slot, mint }: Named): SandboxItem<StoredEvent> {
  const item = calendar.state.item(name);
  if (item === null) throw notFound();
  if (slot !== null && (mint !== item.content.mint || item.content.cancelled.includes(slot))) throw notFound();
  return item;
}

function shapeOf(asked: EventsAsk, item: SandboxItem<StoredEvent>, slot: string | null): Shape {
  const stored = { event: item.content, tag: item.tag, owner: asked.calendar.owner };
  const names = namesOf(asked.calendar, item.id, item.content.mint, isImmutable(asked));
  const view = viewOf(asked);
  return slot === null ? eventShape(stored, names, view) : instanceShape(stored, slot, names, view);
}

function list(asked: EventsAsk): GraphAnswer {
  const filter = asked.ask.query.get('$filter');
  const fits = filter === null ? () => true : filterOf(filter);
  const found = asked.calendar.state.items().filter(item => fits(item.content));
  return paged(
    asked,
    found.map(item => shapeOf(asked, item, null)),
  );
}

/** Singles and occurrences that overlap the window; no masters. */
function calendarView(asked: EventsAsk): GraphAnswer {
  const window = windowOf(asked);
  const shapes = asked.calendar.state.items().flatMap(item => {
    if (item.content.recurrence === null) {
      return touches(spanOf(item.content.fields.times), window) ? [shapeOf(asked, item, null)] : [];
    }
    return instancesIn(item.content, window).map(slot => shapeOf(asked, item, slot));
  });
  return paged(asked, shapes);
}

function instances(asked: EventsAsk, named: Named): GraphAnswer {
  const item = itemOf(asked, named);
  return paged(
    asked,
    instancesIn(item.content, windowOf(asked)).map(slot => shapeOf(asked, item, slot)),
  );
}

function delta(asked: EventsAsk): GraphAnswer {
  const { query, headers } = asked.ask;
  for (const name of ['$top', '$select', '$filter', '$expand', '$orderby', '$search']) {
    if (query.has(name)) throw new GraphRefusal(400, 'ErrorInvalidUrlQuery', `${name} is not supported with delta`);
  }
  const token = query.get('$deltatoken') ?? query.get('$skiptoken');
  const pageSize = Number(/odata\.maxpagesize=(\d+)/i.exec(headers['prefer'] ?? '')?.[1] ?? 10);
  const setting = { calendar: asked.calendar, immutable: isImmutable(asked), pageSize, view: viewOf(asked) };
  const page = token === null ? asked.deltas.start(setting, windowOf(asked)) : asked.deltas.follow(token);
  const link = page.nextToken
    ? { '@odata.nextLink': `${linkTo(asked)}?$skiptoken=${page.nextToken}` }
    : { '@odata.deltaLink': `${linkTo(asked)}?$deltatoken=${page.deltaToken}` };
  return { status: 200, body: { '@odata.context': '$metadata#Collection(event)', value: page.value, ...link } };
}

/** Event shapes under one 201 for an identical repeat; a repeat with another content is refused. */
function create(asked: EventsAsk): GraphAnswer {
  const { world, calendar, ask } = asked;
  const given = parseEvent(ask.body);
  const body = JSON.stringify(ask.body);
  const transaction = given.transactionId === undefined ? null : `${calendar.owner} ${given.transactionId}`;
  const earlier = transaction === null ? undefined : world.transactions.get(transaction);
  if (earlier !== undefined) {
    const item = calendar.state.item(earlier.name);
    if (item !== null && earlier.body === body) return { status: 201, body: shapeOf(asked, item, null) };
    const names = item && namesOf(calendar, item.id, item.content.mint, isImmutable(asked));
    throw new GraphRefusal(
      world.switches.duplicate,
      'ErrorDuplicateTransactionId',
      'The transaction id was used already to create a different event.',
      names && world.switches.namesExisting ? { '@event.existingEventId': names.event } : {},
    );
  }
  const name = world.newName();
  const event = madeEvent(given, { iCalUId: `040000008200E00074C5B7101A82E008${name}`, createdAt: asked.now });
  const stored = calendar.state.put(name, event.iCalUId, event, { absent: true });
  if (!('item' in stored)) throw new GraphRefusal(500, 'ErrorInternalServerError', 'The event was not stored.');
  if (transaction !== null) world.transactions.set(transaction, { name, body });
  mailTo(asked, event, event.fields.attendees, 'invitation');
  return { status: 201, body: shapeOf(asked, stored.item, null) };
}

function patch(asked: EventsAsk, named: Named): GraphAnswer {
  const item = itemOf(asked, named);
  checkMatch(asked, item);
  const given = parseEvent(asked.ask.body);
  const revision = asked.calendar.state.revision + 1;
  const event =
    named.slot === null
      ? changedEvent(item.content, given, revision)
      : changedInstance(item.content, named.slot, given, revision);
  const stored = asked.calendar.state.put(item.id, item.uid, event);
  if (!('item' in stored)) throw new GraphRefusal(500, 'ErrorInternalServerError', 'The event was not stored.');
  mailTo(asked, event, [...item.content.fields.attendees, ...event.fields.attendees], 'update');
  return { status: 200, body: shapeOf(asked, stored.item, named.slot) };
}

function remove(asked: EventsAsk, named: Named): GraphAnswer {
  const item = itemOf(asked, named);
  checkMatch(asked, item);
  if (named.slot === null) asked.calendar.state.remove(item.id);
  else asked.calendar.state.put(item.id, item.uid, withoutInstance(item.content, named.slot));
  mailTo(asked, item.content, item.content.fields.attendees, 'cancellation');
  return { status: 204 };
}

function checkMatch({ ask, world }: EventsAsk, item: SandboxItem<StoredEvent>): void {
  const match = ask.headers['if-match'];
  if (match === undefined || world.switches.ifMatch === 'ignore') return;
  if (match !== `W/"${item.tag}"`) {
    throw new GraphRefusal(412, 'ErrorIrresolvableConflict', 'The send or update operation could not be performed.');
  }
}

/** What an attendee does to their own copy is mailed to nobody (reference section 10.3). */
function mailTo(
  { world, calendar }: EventsAsk,
  event: StoredEvent,
  attendees: readonly Attendee[],
  kind: 'invitation' | 'update' | 'cancellation',
) {
  const to = [...new Set(attendees.map(({ emailAddress }) => emailAddress.address))];
  if (to.length > 0 && event.meeting === null) world.meetingMail.push({ user: calendar.owner, kind, to });
}

function windowOf({ ask: { query } }: EventsAsk): Window {
  const at = (name: string) => {
    const text = query.get(name);
    if (text === null) throw new GraphRefusal(400, 'ErrorInvalidParameter', `${name} is required`);
    return Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  };
  const window = { from: at('startDateTime'), to: at('endDateTime') };
  if (!(window.to - window.from <= 1825 * 86_400_000)) {
    throw new GraphRefusal(400, 'ErrorInvalidRequest', 'The requested date range is too large, or no date.');
  }
  return window;
}

function isImmutable({ ask: { headers } }: EventsAsk): boolean {
  return /IdType="ImmutableId"/i.test(headers['prefer'] ?? '');
}

function viewOf({ ask: { query, headers }, world }: EventsAsk): View {
  const prefer = headers['prefer'] ?? '';
  const expand = query.get('$expand') ?? '';
  const select = query.get('$select')?.split(',') ?? null;
  return {
    zone: /outlook\.timezone="([^"]+)"/i.exec(prefer)?.[1] ?? 'UTC',
    text: /outlook\.body-content-type="text"/i.test(prefer),
    properties: expand.includes('singleValueExtendedProperties')
      ? [...expand.matchAll(/id eq '([^']+)'/g)].map(([, id = '']) => id)
      : [],
    select: select && (world.switches.tellsCancelled ? select : select.filter(name => name !== 'cancelledOccurrences')),
    exceptions: /(?:^|,)exceptionOccurrences/.test(expand),
  };
}

/** The two filters that are asked of a mailbox here: an extended property, and an iCalendar UID. */
function filterOf(filter: string): (event: StoredEvent) => boolean {
  const any = /^singleValueExtendedProperties\/Any\(ep: ?ep\/id eq '([^']+)' and ep\/value (eq|ne) '([^']*)'\)$/.exec(
    filter,
  );
  if (any !== null) {
    const [, id = '', verb, value = ''] = any;
    return ({ properties }) => {
      const held = properties.get(id)?.toLowerCase();
      return held !== undefined && (held === value.toLowerCase()) === (verb === 'eq');
    };
  }
  const uid = /^iCalUId eq '([^']+)'$/.exec(filter)?.[1];
  if (uid === undefined) throw new GraphRefusal(400, 'ErrorInvalidUrlQueryFilter', 'The filter is not supported.');
  return ({ iCalUId }) => iCalUId === uid;
}

function linkTo({ root, ask }: EventsAsk): string {
  return [root, ...ask.path.map(encodeURIComponent)].join('/');
}

function paged(asked: EventsAsk, all: readonly Shape[]): GraphAnswer {
  const { query } = asked.ask;
  const top = Number(query.get('$top') ?? 10);
  const skip = Number(query.get('$skip') ?? 0);
  const value = all.slice(skip, skip + top);
  const rest = new URLSearchParams(query);
  rest.set('$skip', String(skip + top));
  const more = skip + top < all.length ? { '@odata.nextLink': `${linkTo(asked)}?${rest}` } : {};
  return { status: 200, body: { '@odata.context': '$metadata#events', value, ...more } };
}
