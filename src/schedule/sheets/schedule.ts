/** The schedule sheet: an event's row. Its stops, calls and changed occurrences are sheets of their own. */
import { type EventContent, type EventDetails, eventKinds, eventStates, type Invitee } from '../../model/event.ts';
import type { PersonId, VenueId } from '../../model/ids.ts';
import { brandId } from '../../model/ids.ts';
import { kinds } from '../../model/kinds.ts';
import type { OccurrenceStart } from '../../model/series.ts';
import { tiers } from '../../model/tier.ts';
import type { When } from '../../model/when.ts';
import { clock, count, date, idOf, line, listOf, newId, oneOf, text, time, webAddress, yesNo, zone } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';
import { occurrenceName, shownOccurrence } from './occurrence-cell.ts';
import { cellsOfWhen } from './sheet-when.ts';

export const scheduleColumns = {
  id: required(newId),
  kind: required(oneOf(eventKinds)),
  title: required(line),
  date: required(date),
  start: optional(time),
  end: optional(time),
  endDate: optional(date),
  allDay: optional(yesNo),
  timezone: optional(zone),
  status: optional(oneOf(eventStates)),
  venue: optional(idOf('venue')),
  onlineUrl: optional(webAddress),
  required: optional(listOf(idOf('invitee'))),
  optional: optional(listOf(idOf('invitee'))),
  rrule: optional(line),
  except: optional(listOf(occurrenceName)),
  parent: optional(idOf('event')),
  tier: optional(oneOf(tiers)),
  safeTitle: optional(line),
  notes: optional(text),
  owner: optional(idOf('person')),
  specRef: optional(line),
  dayType: optional(line),
  block: optional(line),
  base: optional(idOf('venue')),
  set: optional(line),
  lunch: optional(clock),
  lunchMinutes: optional(count),
  weatherCover: optional(idOf('venue')),
  tags: optional(listOf(line)),
  vehicles: optional(listOf(idOf('person'))),
  tourLeader: optional(idOf('person')),
  ringIfLost: optional(idOf('person')),
  wetWeather: optional(text),
  mode: optional(line),
  from: optional(line),
  to: optional(line),
};
export type ScheduleRow = RowOf<typeof scheduleColumns>;

/** What the row alone does not say. */
export type ScheduleContext = Readonly<{
  when: When;
  except: readonly OccurrenceStart[];
  status: EventContent['status'];
  invitee: (id: string) => Invitee;
  /** The event as stored, for what the row does not hold; null: it is new. */
  stored: EventContent | null;
  extra: EventContent['extra'];
}>;

const venueOrNull = (id: string | null) => (id === null ? null : brandId<VenueId>(id));
const personOrNull = (id: string | null) => (id === null ? null : brandId<PersonId>(id));

export function contentFrom(row: ScheduleRow, context: ScheduleContext): EventContent {
  const { when, except, status, extra, stored } = context;
  return {
    kind: row.kind,
    title: row.title,
    safeTitle: row.safeTitle ?? '',
    status,
    when,
    rrule: row.rrule,
    except,
    overrides: row.rrule === null ? [] : (stored?.overrides ?? []),
    venue: venueOrNull(row.venue),
    onlineUrl: row.onlineUrl,
    required: (row.required ?? []).map(context.invitee),
    optional: (row.optional ?? []).map(context.invitee),
    owner: personOrNull(row.owner),
    parent: row.parent === null ? null : brandId(row.parent),
    tier: row.tier ?? kinds[row.kind].tier,
    notes: row.notes ?? '',
    stops: stored?.stops ?? [],
    calls: stored?.calls ?? [],
    details: detailsFrom(row),
    extra,
  };
}

function detailsFrom(row: ScheduleRow): EventDetails {
  return {
    specRef: row.specRef ?? '',
    dayType: row.dayType ?? '',
    block: row.block ?? '',
    base: venueOrNull(row.base),
    set: row.set ?? '',
    lunch: row.lunch,
    lunchMinutes: row.lunchMinutes,
    weatherCover: venueOrNull(row.weatherCover),
    tags: row.tags ?? [],
    vehicles: (row.vehicles ?? []).map(id => brandId<PersonId>(id)),
    tourLeader: personOrNull(row.tourLeader),
    ringIfLost: personOrNull(row.ringIfLost),
    wetWeather: row.wetWeather ?? '',
    mode: row.mode ?? '',
    from: row.from ?? '',
    to: row.to ?? '',
  };
}

const inviteeText = (invitee: Invitee): string => (invitee.kind === 'person' ? invitee.id : invitee.ref);

export function rowOfEvent(id: string, content: EventContent): ScheduleRow {
  const { when, except, overrides, stops, calls, details, extra, ...row } = content;
  return {
    ...row,
    ...details,
    ...cellsOfWhen(when),
    id,
    required: content.required.map(inviteeText),
    optional: content.optional.map(inviteeText),
    except: except.map(occurrence => shownOccurrence(occurrence, when)),
  };
}
