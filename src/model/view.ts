/**
 * What one reader sees of an event: title, place and details at their tier. Copies, mails and feeds share it, so that
 * they never say different things. Pure. reference/production-domain.md sections 4 to 6.
 */
import type { Call, EventContent, Invitee, Stop } from './event.ts';
import { type Attendance, type Directory, membersOf } from './groups.ts';
import type { PersonId, VenueId } from './ids.ts';
import { kinds } from './kinds.ts';
import type { Person, Venue } from './person.ts';
import { clearanceOf, roleOf } from './role.ts';
import type { ScheduleSnapshot } from './schedule-snapshot.ts';
import { mayTierSee, type Tier } from './tier.ts';

/** Who reads, about whom (the same person, or an agent's client), and how that person comes to the event. */
export type Viewer = Readonly<{ reader: Person; about: Person; attendance: Attendance | null }>;

const travelKinds: ReadonlySet<string> = new Set(['travel', 'accommodation', 'pickup']);

/** What a person may see by their role alone; agents, guardians and contacts see nothing of the unit but their own. */
function roleTier(person: Person): Tier {
  return person.kind === 'crew' || person.kind === 'cast' ? clearanceOf(roleOf(person)) : 'P0';
}

/** Who has left, or has not joined yet, gets nothing of the days outside their engagement. */
export function isEngaged({ start, end }: Person, { when, rrule }: Pick<EventContent, 'when' | 'rrule'>): boolean {
  const lastDay = rrule === null ? when.end.slice(0, 10) : null;
  return !(end !== null && when.start.slice(0, 10) > end) && !(start !== null && lastDay !== null && lastDay < start);
}

/** Whether `reader` hears of `about`'s own business: themself, or one who acts for them. */
function speaksFor(reader: Person, about: Person): boolean {
  const { agent, manager, guardian, chaperone, tutor, delegate } = about;
  return [about.id, agent, manager, guardian, chaperone, tutor, delegate].includes(reader.id);
}

/** Whether a grant's scope (`travel`, a person's id, `kind:cast`, `dept:…`) takes in this event. */
function scopeCovers(scope: string, content: EventContent, directory: Directory): boolean {
  if (scope === 'travel') return travelKinds.has(content.kind);
  const named = namedOn(content);
  if (named.has(scope)) return true;
  return scope.includes(':') && [...membersOf(scope, directory)].some(person => named.has(person));
}

function namedOn(content: EventContent): ReadonlySet<string> {
  const byName = (invitees: readonly Invitee[]) => invitees.flatMap(one => (one.kind === 'person' ? [one.id] : []));
  return new Set<string>([...byName(content.required), ...byName(content.optional)]);
}

function maySee(tier: Tier, content: EventContent, viewer: Viewer, directory: Directory): boolean {
  const { reader, about, attendance } = viewer;
  if (attendance?.byName && speaksFor(reader, about)) return true;
  if (tier === 'P4') return false;
  if (mayTierSee(roleTier(reader), tier)) return true;
  return reader.grants.some(grant => {
    const [granted, scope = ''] = grant.split(/:(.*)/s);
    return mayTierSee(granted as Tier, tier) && scopeCovers(scope, content, directory);
  });
}

/** Whether the reader sees the event's own title and notes; P4 is for those named on it and who speak for them. */
export function maySeeContent(content: EventContent, viewer: Viewer, directory: Directory): boolean {
  return maySee(content.tier, content, viewer, directory);
}

/** The title, or the safe title (the kind's plain name if none was given). */
export function titleFor(content: EventContent, viewer: Viewer, directory: Directory): string {
  if (maySeeContent(content, viewer, directory)) return oneLine(content.title);
  return oneLine(content.safeTitle) || kinds[content.kind].name;
}

/** Whether the reader may know where this venue is (a hotel: its guest, who acts for them, and coordinators). */
function maySeeAddress(venue: Venue, content: EventContent, viewer: Viewer, directory: Directory): boolean {
  return mayTierSee('P1', venue.addressTier) || maySee(venue.addressTier, content, viewer, directory);
}

/** Name and address on one line; empty: no venue, or the reader may not know it. */
export function placeLine(venue: Venue | null, content: EventContent, viewer: Viewer, directory: Directory): string {
  if (!venue || !maySeeAddress(venue, content, viewer, directory)) return '';
  return oneLine([venue.name, venue.address].filter(Boolean).join(', '));
}

/**
 * The text about an event beside time, title and place: own call, joining, stops, site notes, whom to ask, notes.
 * Lines end with LF. Of other people it names only who leads, drives and is to be rung on a recce, with the mobile of
 * tour leader and drivers (mail case N01).
 */
export function detailsFor(content: EventContent, viewer: Viewer, snapshot: ScheduleSnapshot): string {
  const call = content.calls.find(one => one.person === viewer.about.id);
  const own = call ? callLines(call, viewer, snapshot) : [];
  const venue = content.venue === null ? null : (snapshot.venues.get(content.venue) ?? null);
  const site = venue && maySeeAddress(venue, content, viewer, snapshot) ? siteLines(venue) : [];
  const blocks = maySeeContent(content, viewer, snapshot)
    ? [
        own,
        content.stops.length ? stopsText(content, viewer, snapshot) : site,
        dayLines(content, snapshot),
        recceLines(content, snapshot),
        content.notes.trim() ? [`Notes: ${content.notes.trim()}`] : [],
      ]
    : [own, site];
  return blocks
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n');
}

/** A person's own times on one event, in the order of the day; nothing of anyone else's. */
function callLines(call: Call, { reader, about }: Viewer, snapshot: ScheduleSnapshot): string[] {
  const whose = reader.id === about.id ? 'Your' : `${about.name}'s`;
  const from = call.pickupFrom && (call.pickupFrom === 'home' ? 'home' : venueName(call.pickupFrom, snapshot));
  const driver = call.driver && snapshot.people.get(call.driver)?.name;
  const ride = [from && `from ${from}`, driver && `driver ${driver}`].filter(Boolean).join(', ');
  const times = [
    call.pickup && `pick-up ${call.pickup}${ride && ` (${ride})`}`,
    call.arrive && `arrive ${call.arrive}`,
    call.makeup && `make-up ${call.makeup}`,
    call.onSet && `on set ${call.onSet}`,
    call.release && `release ${call.release}`,
  ].filter(Boolean);
  const lines: string[] = [];
  if (times.length > 0) lines.push(`${whose} call: ${times.join(', ')}`);
  if (call.joinAt) lines.push(`${whose} joining point: ${venueName(call.joinAt, snapshot)}`);
  if (call.notes.trim()) lines.push(oneLine(call.notes));
  return lines;
}

/** The itinerary: meeting point first, then each stop with place, times, lunch, contact and site notes. */
function stopsText(content: EventContent, viewer: Viewer, snapshot: ScheduleSnapshot): string[] {
  return [...content.stops]
    .sort((a, b) => a.order - b.order)
    .flatMap(stop => {
      const venue = snapshot.venues.get(stop.venue) ?? null;
      const place = placeLine(venue, content, viewer, snapshot) || stop.venue;
      const head = { meet: 'Meet', stop: `${stop.order}.`, finish: 'Finish', return: 'Return' }[stop.part];
      const lines = [`${head} ${[stopTimes(stop), place].filter(Boolean).join(' ')}`];
      const isVisited = stop.part === 'stop' || stop.part === 'meet';
      const site = isVisited && venue && maySeeAddress(venue, content, viewer, snapshot) ? siteLines(venue) : [];
      return [...lines, ...[...stopFacts(stop, snapshot), ...site].map(line => `   ${line}`)];
    });
}

function stopTimes({ arrive, leave, part }: Stop): string {
  if (part === 'meet') return [arrive, leave && `leave ${leave}`].filter(Boolean).join(', ');
  return [arrive, leave].filter(Boolean).join('-');
}

function stopFacts(stop: Stop, { events }: ScheduleSnapshot): string[] {
  const days = stop.shootDays.map(id => events.get(id)?.published?.content.safeTitle || id);
  return [
    days.length > 0 ? `Planned here: ${days.join(', ')}` : '',
    stop.lunchStart ? `Lunch ${[stop.lunchStart, stop.lunchEnd].filter(Boolean).join('-')}` : '',
    stop.contact ? `Site contact: ${oneLine(stop.contact)}` : '',
    oneLine(stop.notes),
  ].filter(Boolean);
}

/** What anyone who goes there needs: parking, step-free access, hazards. */
function siteLines(venue: Venue): string[] {
  const lines = [
    venue.parking && `Parking: ${oneLine(venue.parking)}`,
    venue.stepFree && `Step-free: ${venue.stepFree}`,
    venue.hazards && `Hazards: ${oneLine(venue.hazards)}`,
  ];
  return lines.filter(line => line !== null).filter(line => line !== '');
}

function dayLines({ details }: EventContent, snapshot: ScheduleSnapshot): string[] {
  const minutes = details.lunchMinutes === null ? '' : ` (${details.lunchMinutes} min)`;
  return [
    details.base ? `Unit base: ${venueName(details.base, snapshot)}` : '',
    details.set ? `Set: ${oneLine(details.set)}` : '',
    details.lunch ? `Lunch: ${details.lunch}${minutes}` : '',
    details.weatherCover ? `Weather cover: ${venueName(details.weatherCover, snapshot)}` : '',
  ].filter(Boolean);
}

/** Who leads, whom to ring, who drives. Of these only leader and drivers are shown with their mobile (N01). */
function recceLines({ details }: EventContent, snapshot: ScheduleSnapshot): string[] {
  const named = (id: PersonId, withPhone: boolean) => {
    const person = snapshot.people.get(id);
    return [person?.name ?? id, withPhone ? person?.phone : null].filter(Boolean).join(' ');
  };
  const drives = (id: PersonId) => {
    const { vehicle = '', vehicle_seats: seats = '' } = snapshot.people.get(id)?.extra ?? {};
    return [named(id, true), vehicle && `(${vehicle}${seats && `, ${seats} seats`})`].filter(Boolean).join(' ');
  };
  const onTour = details.tourLeader !== null || details.ringIfLost !== null;
  return [
    details.tourLeader ? `Tour leader: ${named(details.tourLeader, true)}` : '',
    details.ringIfLost ? `If lost, ring ${named(details.ringIfLost, false)} (number on the unit list)` : '',
    onTour && details.vehicles.length > 0 ? `Vehicles: ${details.vehicles.map(drives).join('; ')}` : '',
    details.wetWeather ? `Wet weather: ${oneLine(details.wetWeather)}` : '',
  ].filter(Boolean);
}

function venueName(id: string, { venues }: ScheduleSnapshot): string {
  return oneLine(venues.get(id as VenueId)?.name ?? id);
}

/** Any run of white space, line breaks included, as one space; no control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
