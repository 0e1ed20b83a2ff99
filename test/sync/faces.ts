/** A small vocabulary of faces, copies and sights that the tests of the engine share. */
import type { Attempt, Base, Copy, Present } from '../../src/model/copy.ts';
import { allFields, type Face, type Fields } from '../../src/model/face.ts';
import { copyKey } from '../../src/model/identity.ts';
import {
  type AttemptId,
  brandId,
  type CalendarId,
  type CopyKey,
  type EventId,
  type ProductionId,
  type RemoteId,
  type Tag,
} from '../../src/model/ids.ts';
import type { OccurrenceStart, Series } from '../../src/model/series.ts';
import type { When, ZoneName } from '../../src/model/when.ts';
import type { CopyRules, PlanInput, Policy } from '../../src/sync/plan.ts';
import { allUnits, unitsOf } from '../../src/sync/units.ts';

export const production = brandId<ProductionId>('tide');
export const calendar = brandId<CalendarId>('C02-caldav');
export const event = brandId<EventId>('E006');
export const key = copyKey(production, event, calendar, 0);
export const item = brandId<RemoteId>('/c02/item.ics');
export const tag = (text: string) => brandId<Tag>(text);
const london = 'Europe/London' as ZoneName;

export const at = (start: string, end: string, zone: ZoneName = london): When =>
  ({ kind: 'timed', start: `2027-03-${start}:00`, end: `2027-03-${end}:00`, zone }) as When;

const ten = at('08T10:00', '08T11:00');
export const eleven = at('08T11:00', '08T12:00');
export const noon = at('08T12:00', '08T13:00');

export const meeting: Face = {
  when: ten,
  title: 'Production meeting',
  place: 'Lantern House, Bristol',
  notes: 'Bring the schedule.',
  url: null,
  busy: 'busy',
  series: null,
};

/** The meeting with some of its fields otherwise. */
export const but = (fields: Fields, face: Face = meeting): Face => ({ ...face, ...fields });

export const moved = but({ when: eleven });
export const renamed = but({ title: 'Big production meeting' });

/** The occurrence of a March Monday in a series that starts at ten. */
export const on = (day: string) => `2027-03-${day}T10:00:00` as OccurrenceStart;
/** An occurrence that keeps everything of the meeting but its hours. */
export const occurrenceFace = (when: When, face: Face = meeting) => {
  const { title, place, notes, busy } = face;
  return { when, title, place, notes, busy };
};

type Dates = Readonly<{ rrule?: string; off?: readonly string[]; at?: Readonly<Record<string, When>> }>;
export const everyMonday = 'FREQ=WEEKLY;BYDAY=MO';
/** A series with these days of March left out, and these held at other hours. */
export const seriesOf = ({ rrule = everyMonday, off = [], at: hours = {} }: Dates = {}): Series => ({
  rrule,
  exdates: off.map(on),
  overrides: Object.entries(hours).map(([day, when]) => ({ occurrence: on(day), face: occurrenceFace(when) })),
});
export const weekly = (dates: Dates = {}): Face => but({ series: seriesOf(dates) });

export const asIs = (fields: Fields): Fields => fields;
export const rules = (policy: Policy = 'propose', mode: CopyRules['mode'] = 'two-way'): CopyRules => ({
  mode,
  policy: () => policy,
  fields: allFields,
});

export const baseOf = (face: Face, changes: Partial<Base> = {}): Base => ({
  sent: face,
  seen: face,
  tag: tag('t1'),
  eventVersion: 1,
  guessed: [],
  ...changes,
});

export const copyOf = (changes: Partial<Copy> = {}): Copy => ({
  calendarId: calendar,
  eventId: event,
  generation: 0,
  key,
  state: 'placed',
  remoteId: item,
  base: baseOf(meeting),
  problem: null,
  stuckOn: null,
  writes: [],
  declined: [],
  ...changes,
});

export const seen = (face: Face, changes: Partial<Present> = {}): Present => ({
  kind: 'present',
  remoteId: item,
  tag: tag('t1'),
  face,
  marker: { key, version: 1 },
  uid: 'u@callboard',
  native: null,
  blocks: true,
  remark: null,
  ...changes,
});

/** An update of these fields whose reply never came. */
export const attemptOf = (id: string, fields: Fields, changes: Partial<Attempt> = {}): Attempt => ({
  id: brandId<AttemptId>(id),
  calendarId: calendar,
  key,
  verb: 'update',
  fields,
  units: allUnits(unitsOf(fields)),
  startedAt: 0,
  outcome: 'open',
  ...changes,
});

export const keyOf = (generation: number): CopyKey => copyKey(production, event, calendar, generation);

/** A copy in place that nobody has changed, but for what is given. */
export const planInput = (changes: Partial<PlanInput>): PlanInput => ({
  wanted: meeting,
  observed: seen(meeting),
  copy: copyOf(),
  pending: [],
  tried: [],
  canon: asIs,
  rules: rules(),
  wantedHash: 'h1',
  ...changes,
});
