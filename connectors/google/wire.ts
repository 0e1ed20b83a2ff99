/** What Google says, checked. Fields that we do not read are not looked at. */
import { z } from 'zod';
import { RemoteError } from '../../src/sync/remote-error.ts';

const text = z
  .string()
  .nullish()
  .transform(value => value ?? null);

const moment = z.object({ date: text, dateTime: text, timeZone: text });
export type EventMoment = z.infer<typeof moment>;

const orNull = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().transform(value => value ?? null);

const eventSchema = z.object({
  id: z.string().min(1),
  etag: text,
  status: text,
  iCalUID: text,
  summary: text,
  description: text,
  location: text,
  transparency: text,
  eventType: text,
  start: orNull(moment),
  end: orNull(moment),
  recurrence: orNull(z.array(z.string())),
  recurringEventId: text,
  originalStartTime: orNull(moment),
  source: orNull(z.object({ url: text })),
  organizer: orNull(z.object({ self: orNull(z.boolean()) })),
  attendees: orNull(z.array(z.object({ self: orNull(z.boolean()), responseStatus: text, comment: text }))),
  extendedProperties: orNull(z.object({ private: orNull(z.record(z.string(), z.string())) })),
});
/** An event as read; null stands for whatever is not said. */
export type GoogleEvent = Readonly<z.infer<typeof eventSchema>>;

const listSchema = z.object({
  kind: z.literal('calendar#events'),
  items: z.array(z.unknown()),
  timeZone: text,
  accessRole: text,
  nextPageToken: text,
  nextSyncToken: text,
});

/** One entry of a listing that could not be read, by its id. */
export type BadEntry = Readonly<{ id: string; etag: string | null }>;
export type EventPage = Readonly<
  Omit<z.infer<typeof listSchema>, 'items' | 'kind'> & { events: readonly GoogleEvent[]; bad: readonly BadEntry[] }
>;

const channelSchema = z.object({
  id: z.string().min(1),
  resourceId: z.string().min(1),
  expiration: z.coerce.number().int().positive(),
});
export type GoogleChannel = z.infer<typeof channelSchema>;

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  refresh_token: text,
  id_token: text,
  scope: text,
});
export type TokenReply = z.infer<typeof tokenSchema>;

const identitySchema = z.object({ email: z.string().min(3), email_verified: z.boolean().nullish() });

const refusalSchema = z.object({
  error: z.object({
    message: text,
    errors: orNull(z.array(z.object({ domain: text, reason: text, location: text }))),
    details: orNull(z.array(z.object({ reason: text }))),
  }),
});
/** Why Google refused: its own words for it. */
export type Refusal = Readonly<{ reason: string | null; location: string | null; detail: string | null }>;

const tokenRefusalSchema = z.object({ error: z.string(), error_description: text });
export type TokenRefusal = Readonly<{ error: string; description: string }>;

/** Throws RemoteError `protocol`. */
export function parseEvent(body: string): GoogleEvent {
  return parse(eventSchema, body, 'an event');
}

/** A listing without its items is not an empty one. Throws RemoteError `protocol`. */
export function parsePage(body: string): EventPage {
  const { items, timeZone, accessRole, nextPageToken, nextSyncToken } = parse(listSchema, body, 'a listing');
  const events: GoogleEvent[] = [];
  const bad: BadEntry[] = [];
  for (const item of items) {
    const event = eventSchema.safeParse(item);
    if (event.success) events.push(event.data);
    else bad.push(badEntry(item));
  }
  return { timeZone, accessRole, nextPageToken, nextSyncToken, events, bad };
}

export function parseChannel(body: string): GoogleChannel {
  return parse(channelSchema, body, 'a channel');
}

export function parseToken(body: string): TokenReply {
  return parse(tokenSchema, body, 'a token');
}

/** The ids of the messages that a search has found; of none Gmail says nothing. */
export function parseMessageList(body: string): readonly string[] {
  return (parse(messageListSchema, body, 'a list of messages').messages ?? []).map(({ id }) => id);
}

/**
 * The address in an id token. It came straight from the token endpoint, so its signature proves nothing more
 * (OpenID Connect Core section 3.1.3.7). null: there is none.
 */
export function addressIn(idToken: string | null): string | null {
  const claims = Buffer.from(idToken?.split('.')[1] ?? '', 'base64url').toString('utf8');
  const found = identitySchema.safeParse(jsonOrNull(claims)).data;
  return found === undefined || found.email_verified === false ? null : found.email;
}

/** The reason in the body of a refusal; nulls where there is none that we understand. */
export function refusalOf(body: string): Refusal {
  const found = refusalSchema.safeParse(jsonOrNull(body)).data?.error;
  const first = found?.errors?.[0];
  const detail = found?.details?.find(one => one.reason !== null)?.reason ?? null;
  return { reason: first?.reason ?? null, location: first?.location ?? null, detail };
}

/** What the token endpoint refused; null: it did not say it in OAuth's form (RFC 6749 section 5.2). */
export function tokenRefusalOf(body: string): TokenRefusal | null {
  const found = tokenRefusalSchema.safeParse(jsonOrNull(body)).data;
  return found ? { error: found.error, description: found.error_description ?? '' } : null;
}

const messageListSchema = z.object({ messages: z.array(z.object({ id: z.string() })).optional() });
const entrySchema = z.object({ id: z.string().min(1), etag: text });

function badEntry(item: unknown): BadEntry {
  const entry = entrySchema.safeParse(item);
  if (!entry.success) throw new RemoteError('protocol', 'the listing holds an entry without an id');
  return entry.data;
}

function parse<Schema extends z.ZodType>(schema: Schema, body: string, what: string): z.infer<Schema> {
  const json = jsonOrNull(body);
  if (json === null) throw new RemoteError('protocol', `the reply is not whole JSON where ${what} was expected`);
  const found = schema.safeParse(json);
  if (!found.success) throw new RemoteError('protocol', `the reply is not ${what} of Google Calendar`);
  return found.data;
}

function jsonOrNull(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
