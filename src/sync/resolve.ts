/**
 * A person's decision about a finding. It is applied to what is true now, not to what was true when the card opened;
 * the losing values stay on the card and in the history.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Copy } from '../model/copy.ts';
import type { EventContent, EventKind, ScheduledEvent } from '../model/event.ts';
import type { Field, Fields } from '../model/face.ts';
import type { Choice, Finding } from '../model/finding.ts';
import { attendanceOf } from '../model/groups.ts';
import type { EventId, FindingId, Instant, PersonId } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { mayTierSee } from '../model/tier.ts';
import { sameWhen } from '../model/when.ts';
import { contentFromCopy } from '../schedule/from-calendar.ts';
import { cancelEvent, saveEvent } from '../schedule/save.ts';
import type { Repositories, Store } from '../store/store.ts';
import { isOccurrenceFace, unitOfMet, unitsOf, unitValue, withUnits } from './units.ts';

export class ResolveError extends Error {
  override readonly name = 'ResolveError';
  readonly kind: 'unknown-finding' | 'not-open' | 'no-such-choice' | 'not-possible';
  constructor(kind: ResolveError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export type Resolution = Readonly<{
  id: FindingId;
  choice: Choice;
  /** The name of who decides; it stands in the history. */
  by: string;
  now: Instant;
  held: readonly EventKind[];
}>;

/** Reads `canonical`, `theirs` or `suggestion:N`. Throws ResolveError. */
export function parseChoice(text: string): Choice {
  if (text === 'canonical' || text === 'theirs') return text;
  const number = /^suggestion:([1-9]\d?)$/.exec(text)?.[1];
  if (number !== undefined) return `suggestion:${Number(number)}`;
  throw new ResolveError('no-such-choice', `“${text}” is not canonical, theirs or suggestion:N`);
}

/** Carries the decision out and closes the card. Throws ResolveError, and what saveEvent throws. */
export async function resolveFinding(store: Store, resolution: Resolution): Promise<Finding> {
  return await store.write(async r => {
    const finding = await r.findings.get(resolution.id);
    if (!finding) throw new ResolveError('unknown-finding', `there is no finding ${resolution.id}`);
    if (finding.state !== 'open')
      throw new ResolveError('not-open', `finding ${finding.id} is ${finding.state} already`);
    await decide(r, finding, resolution);
    const decided = { choice: resolution.choice, by: resolution.by, at: resolution.now };
    const closed: Finding = { ...finding, state: 'decided', decided, changedAt: resolution.now };
    await r.findings.put(closed);
    if (finding.calendar) {
      await r.calendars.patch(finding.calendar, { plannedFrom: null });
      await r.calendars.wake([finding.calendar]);
    }
    return closed;
  });
}

async function decide(r: Repositories, finding: Finding, resolution: Resolution): Promise<void> {
  const { choice } = resolution;
  switch (finding.kind) {
    case 'conflict':
    case 'orphaned-edit':
    case 'restored':
      if (choice === 'canonical') return;
      if (choice === 'theirs') return await takeTheirs(r, finding, resolution);
      break;
    case 'proposal':
      if (choice === 'canonical') return await decline(r, finding);
      if (choice === 'theirs') return await takeTheirs(r, finding, resolution);
      break;
    case 'removal':
      return await decideRemoval(r, finding, resolution);
    case 'reply':
      if (choice === 'canonical') return;
      if (choice === 'theirs' && finding.met.length > 0) return await takeTheirs(r, finding, resolution);
      if (choice === 'suggestion:1' && finding.suggestions.length > 0) return await askNoMore(r, finding, resolution);
      break;
    case 'brake':
      if (choice === 'canonical') return await release(r, finding);
      throw new ResolveError(
        'not-possible',
        'a brake is released with --take canonical, or `callboard calendars release`',
      );
    case 'item':
      if (choice === 'canonical') return;
      break;
  }
  throw new ResolveError('no-such-choice', `finding ${finding.id} has no choice ${choice}`);
}

/** The calendar may go on, once, past its brake. */
async function release(r: Repositories, finding: Finding): Promise<void> {
  if (finding.calendar) await r.calendars.patch(finding.calendar, { state: 'ok', problem: null, released: true });
}

async function takeTheirs(r: Repositories, finding: Finding, resolution: Resolution): Promise<void> {
  const { event, snapshot } = await eventOf(r, finding);
  const fields = theirFields(finding, event.content);
  if (finding.met.some(met => met.occurrence !== null) && event.content.rrule === null) {
    throw new ResolveError('not-possible', 'their value cannot be taken: the event repeats no more');
  }
  const taken = contentFromCopy(event.content, fields, { venues: snapshot.venues });
  if ('problem' in taken) throw new ResolveError('not-possible', `their value cannot be taken: ${taken.problem}`);
  await save(r, finding, resolution, event, withOtherDates(finding, event.content, taken.content));
}

/** The card is about single dates: what was changed or cancelled on others stays. */
function withOtherDates({ met }: Finding, before: EventContent, taken: EventContent): EventContent {
  const named = new Set(met.flatMap(({ occurrence }) => occurrence ?? []));
  if (named.size === 0) return taken;
  const isNamed = ({ occurrence }: EventContent['overrides'][number]) => named.has(occurrence);
  const overrides = [...before.overrides.filter(one => !isNamed(one)), ...taken.overrides.filter(isNamed)];
  return { ...taken, overrides: overrides.sort((a, b) => (a.occurrence < b.occurrence ? -1 : 1)) };
}

/** What they typed, as fields; values of single occurrences go upon the series as it is now. */
function theirFields(finding: Finding, content: EventContent): Fields {
  const fields: Partial<Record<Field, unknown>> = {};
  const occurrences = new Map<`occurrence ${string}`, unknown>();
  for (const met of finding.met) {
    if (met.occurrence !== null) occurrences.set(`occurrence ${met.occurrence}`, met.theirs);
    else if (met.field !== 'series') fields[met.field] = met.theirs;
  }
  if (occurrences.size > 0 && content.rrule !== null) {
    const series = { rrule: content.rrule, exdates: content.except, overrides: [] };
    const face = { when: content.when, title: '', place: '', notes: '', url: null, busy: 'busy' as const, series };
    fields.series = withUnits(face, occurrences).series;
  }
  return fields as Fields;
}

async function save(
  r: Repositories,
  finding: Finding,
  resolution: Resolution,
  event: ScheduledEvent,
  content: EventContent,
): Promise<void> {
  await saveEvent(r, {
    production: finding.production,
    id: event.id,
    expected: event.version,
    content,
    by: resolution.by,
    source: 'conflict',
    now: resolution.now,
    held: resolution.held,
  });
}

/**
 * Their values are remembered on the copy: seen again, they are written over. Only what is on the card: what they typed
 * since has been read by nobody.
 */
async function decline(r: Repositories, finding: Finding): Promise<void> {
  const copy = await copyOf(r, finding);
  const sight = (await r.copies.sights(copy.calendarId)).find(one => one.observed.remoteId === copy.remoteId);
  if (sight?.observed.kind !== 'present') return;
  const shown = unitsOf(sight.observed.face);
  const still = finding.met.filter(met => isStill(unitValue(shown, unitOfMet(met)), met.theirs));
  const declined = still.map(unitOfMet).map(unit => ({ unit, value: unitValue(shown, unit) }));
  const others = copy.declined.filter(one => !declined.some(({ unit }) => unit === one.unit));
  await r.copies.putCopies([{ ...copy, declined: [...others, ...declined] }]);
}

/** Whether the calendar shows what is on the card; of a date of a series the card has the schedule's own words. */
function isStill(shown: unknown, theirs: unknown): boolean {
  if (isOccurrenceFace(shown) && isOccurrenceFace(theirs)) return sameWhen(shown.when, theirs.when);
  return isDeepStrictEqual(shown, theirs);
}

/** canonical: put it back; theirs: leave it out of their calendar; 1: they are no longer asked; 2: cancel for all. */
async function decideRemoval(r: Repositories, finding: Finding, resolution: Resolution): Promise<void> {
  const copy = await copyOf(r, finding);
  switch (resolution.choice) {
    case 'theirs':
      return;
    case 'canonical':
      await r.copies.putCopies([{ ...copy, state: 'removed', base: null }]);
      return;
    case 'suggestion:1':
      return await askNoMore(r, finding, resolution);
    case 'suggestion:2': {
      const { event } = await eventOf(r, finding);
      const { production } = finding;
      const edit = {
        production,
        by: resolution.by,
        source: 'conflict',
        now: resolution.now,
        held: resolution.held,
      } as const;
      await cancelEvent(r, { ...edit, id: event.id, expected: event.version });
      return;
    }
    default:
      throw new ResolveError('no-such-choice', `finding ${finding.id} has no choice ${resolution.choice}`);
  }
}

/** The person of the card is no longer asked to its event. */
async function askNoMore(r: Repositories, finding: Finding, resolution: Resolution): Promise<void> {
  const { event, snapshot } = await eventOf(r, finding);
  if (finding.person === null) return;
  await save(r, finding, resolution, event, withoutPerson(event.content, finding.person, snapshot));
}

/**
 * A group that holds them is taken apart into the others: membership stays live only where it can. Not where the
 * others, being named, would be shown more than they may see now.
 */
function withoutPerson(content: EventContent, person: PersonId, snapshot: ScheduleSnapshot): EventContent {
  const byGroup = attendanceOf(content, snapshot).some(one => one.person === person && one.via.length > 0);
  if (byGroup && !mayTierSee('P1', content.tier)) {
    throw new ResolveError(
      'not-possible',
      `they are asked by a group, and the event is ${content.tier}: change the group`,
    );
  }
  const strip = (invitees: EventContent['required']) =>
    invitees.flatMap((invitee): EventContent['required'] => {
      if (invitee.kind === 'person') return invitee.id === person ? [] : [invitee];
      const members = attendanceOf({ required: [invitee], optional: [] }, snapshot).map(one => one.person);
      if (!members.includes(person)) return [invitee];
      return members.filter(id => id !== person).map(id => ({ kind: 'person' as const, id }));
    });
  return { ...content, required: strip(content.required), optional: strip(content.optional) };
}

async function eventOf(r: Repositories, finding: Finding) {
  const snapshot = await r.schedule.snapshot(finding.production);
  const event = finding.event && snapshot.events.get(finding.event as EventId);
  if (!event) throw new ResolveError('not-possible', 'the event of this finding is no longer on the schedule');
  return { event, snapshot };
}

async function copyOf(r: Repositories, finding: Finding): Promise<Copy> {
  const copies = finding.calendar ? await r.copies.copies(finding.calendar) : [];
  const copy = copies.find(one => one.eventId === finding.event);
  if (!copy) throw new ResolveError('not-possible', 'the copy of this finding is no longer on record');
  return copy;
}
