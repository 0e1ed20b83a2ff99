/** What Graph sends, as far as we read it. Everything may be null or absent in practice; the rest is not looked at. */
import { z } from 'zod';

const text = z.string().nullish();
const moment = z.object({ dateTime: z.string(), timeZone: z.string().nullish() });

const weekday = z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']);
const pattern = z.object({
  type: z.enum(['daily', 'weekly', 'absoluteMonthly', 'relativeMonthly', 'absoluteYearly', 'relativeYearly']),
  interval: z.number().int(),
  month: z.number().int().optional(),
  dayOfMonth: z.number().int().optional(),
  daysOfWeek: z.array(weekday).optional(),
  firstDayOfWeek: weekday.optional(),
  index: z.enum(['first', 'second', 'third', 'fourth', 'last']).optional(),
});
const range = z.object({
  type: z.enum(['endDate', 'noEnd', 'numbered']),
  startDate: z.string(),
  endDate: z.string().optional(),
  recurrenceTimeZone: z.string().optional(),
  numberOfOccurrences: z.number().int().optional(),
});
const recurrence = z.object({ pattern, range });
export type Pattern = z.infer<typeof pattern>;
export type RecurrenceRange = z.infer<typeof range>;
export type Recurrence = z.infer<typeof recurrence>;

const event = z.object({
  id: z.string().min(1),
  '@odata.etag': text,
  type: z.enum(['singleInstance', 'occurrence', 'exception', 'seriesMaster']).nullish(),
  seriesMasterId: text,
  iCalUId: text,
  subject: text,
  body: z.object({ contentType: text, content: text }).nullish(),
  start: moment.nullish(),
  end: moment.nullish(),
  originalStart: text,
  originalStartTimeZone: text,
  originalEndTimeZone: text,
  isAllDay: z.boolean().nullish(),
  isCancelled: z.boolean().nullish(),
  showAs: text,
  isOrganizer: z.boolean().nullish(),
  responseStatus: z.object({ response: text, time: text }).nullish(),
  location: z.object({ displayName: text }).nullish(),
  attendees: z.array(z.unknown()).nullish(),
  recurrence: recurrence.nullish(),
  createdDateTime: text,
  lastModifiedDateTime: text,
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: text })).nullish(),
  cancelledOccurrences: z.array(z.string()).nullish(),
});
export type GraphEvent = z.infer<typeof event> & Readonly<{ exceptionOccurrences?: unknown }>;

const bareEvent = event
  .pick({ id: true, '@odata.etag': true, seriesMasterId: true })
  .extend({ '@odata.etag': text.catch(null), seriesMasterId: text.catch(null) });

/** An event, of which only the name is left where its shape is a new one; null: what came is none. */
export function readEvent(value: unknown): GraphEvent | null {
  return event.loose().safeParse(value).data ?? bareEvent.safeParse(value).data ?? null;
}

/** Any entry of a list or of a delta: what is only named, what is removed, what is whole. */
const named = z.object({ id: z.string().min(1), '@removed': z.object({}).nullish() });
export type Named = Readonly<{ id: string; removed: boolean; value: unknown }>;

const page = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.string().nullish(),
  '@odata.deltaLink': z.string().nullish(),
});
export type EventPage = Readonly<{ entries: readonly Named[]; nextLink: string | null; deltaLink: string | null }>;

/** null: what came is no list, or one of its entries has no id. */
export function readPage(value: unknown): EventPage | null {
  const read = page.safeParse(value).data;
  const entries = read && z.array(named.loose()).safeParse(read.value).data;
  if (!read || !entries) return null;
  return {
    entries: entries.map(entry => ({ id: entry.id, removed: entry['@removed'] != null, value: entry })),
    nextLink: read['@odata.nextLink'] ?? null,
    deltaLink: read['@odata.deltaLink'] ?? null,
  };
}

const batchPart = z.object({
  id: z.string(),
  status: z.number().int(),
  headers: z.record(z.string(), z.coerce.string()).nullish(),
  body: z.unknown().optional(),
});
export type BatchPart = z.infer<typeof batchPart>;

/** The parts that can be read; null: what came is no answer to a batch. */
export function readBatch(value: unknown): readonly BatchPart[] | null {
  const responses = z.object({ responses: z.array(z.unknown()) }).safeParse(value).data?.responses;
  return responses?.flatMap(part => batchPart.safeParse(part).data ?? []) ?? null;
}

const subscription = z.object({
  id: z.string().min(1),
  expirationDateTime: z.string(),
  resource: text,
  notificationUrl: text,
});

/** null: what came is no subscription. */
export function readSubscription(value: unknown): z.infer<typeof subscription> | null {
  return subscription.safeParse(value).data ?? null;
}

/** Those that can be read. */
export function readSubscriptions(value: unknown): readonly z.infer<typeof subscription>[] {
  const list = z.object({ value: z.array(z.unknown()) }).safeParse(value).data?.value ?? [];
  return list.flatMap(one => readSubscription(one) ?? []);
}
