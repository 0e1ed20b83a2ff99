/** Every field of an event in words, line by line: the facts of its page, and what an edit changed. Pure. */
import { dayWords, whenWords } from '../mail/words.ts';
import type { Call, EventContent, EventDetails, Invitee, Override, Stop } from '../model/event.ts';
import type { VenueId } from '../model/ids.ts';
import { kinds } from '../model/kinds.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { OccurrenceStart } from '../model/series.ts';
import { oneLine } from '../model/view.ts';
import { personWords } from './words.ts';

/** Empty lines say nothing and are left out. */
type Field<From> = Readonly<{ name: string; lines: (from: From, names: ScheduleSnapshot) => readonly string[] }>;

/** A record, so that a field added to the model cannot be forgotten here. */
const contentFields: Readonly<Record<Exclude<keyof EventContent, 'details' | 'extra'>, Field<EventContent>>> = {
  title: { name: 'Title', lines: content => [oneLine(content.title)] },
  kind: { name: 'Kind', lines: content => [kinds[content.kind].name] },
  status: { name: 'Status', lines: content => [content.status] },
  when: { name: 'When', lines: (content, { zone }) => [whenWords(content.when, zone)] },
  rrule: { name: 'Repeats', lines: content => [content.rrule ?? ''] },
  except: { name: 'Except', lines: content => content.except.map(occurrenceWords) },
  overrides: {
    name: 'Changed dates',
    lines: (content, names) => content.overrides.map(change => overrideWords(change, names)),
  },
  venue: { name: 'Where', lines: (content, names) => [venueWords(content.venue, names)] },
  onlineUrl: { name: 'Online', lines: content => [content.onlineUrl ?? ''] },
  required: { name: 'Required', lines: (content, names) => content.required.map(one => inviteeWords(one, names)) },
  optional: { name: 'Optional', lines: (content, names) => content.optional.map(one => inviteeWords(one, names)) },
  owner: {
    name: 'Owner',
    lines: (content, names) => [content.owner === null ? '' : personWords(content.owner, names)],
  },
  parent: {
    name: 'Part of',
    lines: (content, names) => [content.parent === null ? '' : eventWords(content.parent, names)],
  },
  tier: { name: 'Privacy', lines: content => [content.tier] },
  safeTitle: { name: 'Title for others', lines: content => [oneLine(content.safeTitle)] },
  stops: { name: 'Stops', lines: (content, names) => content.stops.map(stop => stopWords(stop, names)) },
  calls: { name: 'Calls', lines: (content, names) => content.calls.map(call => callWords(call, names)) },
  notes: { name: 'Notes', lines: content => content.notes.split(/\r?\n/) },
};

const detailFields: Readonly<Record<keyof EventDetails, Field<EventDetails>>> = {
  dayType: { name: 'Day type', lines: details => [details.dayType] },
  block: { name: 'Block', lines: details => [details.block] },
  base: { name: 'Unit base', lines: (details, names) => [venueWords(details.base, names)] },
  set: { name: 'Set', lines: details => [details.set] },
  lunch: { name: 'Lunch', lines: details => [details.lunch ?? ''] },
  lunchMinutes: { name: 'Lunch, minutes', lines: details => [String(details.lunchMinutes ?? '')] },
  weatherCover: { name: 'Weather cover', lines: (details, names) => [venueWords(details.weatherCover, names)] },
  tags: { name: 'Tags', lines: details => details.tags },
  vehicles: { name: 'Vehicles of', lines: (details, names) => details.vehicles.map(id => personWords(id, names)) },
  tourLeader: {
    name: 'Tour leader',
    lines: (details, names) => [details.tourLeader === null ? '' : personWords(details.tourLeader, names)],
  },
  ringIfLost: {
    name: 'Ring if lost',
    lines: (details, names) => [details.ringIfLost === null ? '' : personWords(details.ringIfLost, names)],
  },
  wetWeather: { name: 'Wet weather', lines: details => [details.wetWeather] },
  mode: { name: 'Travel by', lines: details => [details.mode] },
  from: { name: 'From', lines: details => [details.from] },
  to: { name: 'To', lines: details => [details.to] },
  specRef: { name: 'Reference', lines: details => [details.specRef] },
};

export type Lines = Readonly<{ name: string; lines: readonly string[] }>;

/** Every field that says something. */
export function linesOf(content: EventContent, names: ScheduleSnapshot): Lines[] {
  const all = [
    ...Object.values(contentFields).map(({ name, lines }) => ({ name, lines: lines(content, names) })),
    ...Object.values(detailFields).map(({ name, lines }) => ({ name, lines: lines(content.details, names) })),
    ...Object.entries(content.extra).map(([name, value]) => ({ name: `Column ${name}`, lines: [value] })),
  ];
  return all
    .map(({ name, lines }) => ({ name, lines: lines.filter(line => line.trim() !== '') }))
    .filter(({ lines }) => lines.length > 0);
}

export type Change = Readonly<{ name: string; old: readonly string[]; now: readonly string[] }>;

/** Field by field what differs; of lists only the lines that do. */
export function changesOf(before: EventContent, after: EventContent, names: ScheduleSnapshot): Change[] {
  const old = new Map(linesOf(before, names).map(({ name, lines }) => [name, lines]));
  const now = new Map(linesOf(after, names).map(({ name, lines }) => [name, lines]));
  return [...new Set([...now.keys(), ...old.keys()])].flatMap(name => {
    const [was, is] = [old.get(name) ?? [], now.get(name) ?? []];
    const change = { name, old: was.filter(line => !is.includes(line)), now: is.filter(line => !was.includes(line)) };
    return change.old.length + change.now.length > 0 ? [change] : [];
  });
}

/** `Tue 16 Mar 2027 08:00`, or the day alone. */
export function occurrenceWords(occurrence: OccurrenceStart): string {
  return `${dayWords(occurrence)} ${occurrence.slice(11, 16)}`.trim();
}

function venueWords(id: VenueId | null, { venues }: ScheduleSnapshot): string {
  if (id === null) return '';
  const venue = venues.get(id);
  return venue ? `${oneLine([venue.name, venue.address].filter(Boolean).join(', '))} (${id})` : id;
}

function eventWords(id: string, { events }: ScheduleSnapshot): string {
  const event = [...events.values()].find(one => one.id === id);
  return event ? `${oneLine(event.content.title)} (${id})` : id;
}

function inviteeWords(invitee: Invitee, names: ScheduleSnapshot): string {
  return invitee.kind === 'person' ? personWords(invitee.id, names) : `everyone of ${invitee.ref}`;
}

function overrideWords({ occurrence, status, when, venue, title, notes }: Override, names: ScheduleSnapshot): string {
  const changes = [
    when && whenWords(when, names.zone),
    venue && venueWords(venue, names),
    title && oneLine(title),
    notes && oneLine(notes),
  ];
  const words = status === 'cancelled' ? ['cancelled'] : changes.filter(Boolean);
  return `${occurrenceWords(occurrence)}: ${words.join('; ')}`;
}

function stopWords(stop: Stop, names: ScheduleSnapshot): string {
  const times = [stop.arrive, stop.leave].filter(Boolean).join('-');
  const lunch = [stop.lunchStart, stop.lunchEnd].filter(Boolean).join('-');
  const facts = [
    lunch && `lunch ${lunch}`,
    stop.contact && `contact ${oneLine(stop.contact)}`,
    stop.shootDays.length > 0 && `for ${stop.shootDays.join(', ')}`,
    oneLine(stop.notes),
  ];
  const head = [`${stop.order}.`, stop.part === 'stop' ? '' : stop.part, times, venueWords(stop.venue, names)];
  return [head.filter(Boolean).join(' '), ...facts.filter(Boolean)].join('; ');
}

function callWords(call: Call, names: ScheduleSnapshot): string {
  const facts = [
    call.pickup && `pick-up ${call.pickup}`,
    call.pickupFrom && `from ${call.pickupFrom}`,
    call.driver && `driver ${personWords(call.driver, names)}`,
    call.arrive && `arrive ${call.arrive}`,
    call.makeup && `make-up ${call.makeup}`,
    call.onSet && `on set ${call.onSet}`,
    call.release && `release ${call.release}`,
    call.joinAt && `joins at ${venueWords(call.joinAt, names)}`,
    call.performingMinutes !== null && `performs ${call.performingMinutes} min`,
    call.basis && call.basis !== 'stated' && `by ${call.basis}`,
    oneLine(call.notes),
  ];
  return `${personWords(call.person, names)}: ${facts.filter(Boolean).join(', ')}`;
}
