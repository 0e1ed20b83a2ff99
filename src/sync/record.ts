/**
 * The local half of a run: what people edited goes into the schedule or onto a card, in one transaction, before
 * anything is written anywhere.
 */
import { doubleBooked } from '../clash/double.ts';
import type { Copy, Met } from '../model/copy.ts';
import type { Fields } from '../model/face.ts';
import type { Person } from '../model/person.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import { oneLine } from '../model/view.ts';
import { closeFinding, mergeMet, openFinding } from '../schedule/findings.ts';
import { contentFromCopy } from '../schedule/from-calendar.ts';
import { saveEvent } from '../schedule/save.ts';
import type { Repositories } from '../store/store.ts';
import { type CalendarPlan, isChurnHeld, type PlannedCopy } from './calendar-plan.ts';
import { brakeTitle, churnTitle, meetingTitle, removalSuggestions } from './finding-texts.ts';
import type { Meeting, Step } from './plan.ts';
import type { Run } from './run.ts';
import { unitOfMet, unitsOf, unitValue, withUnits } from './units.ts';

/** Whether the schedule changed, and the plan with its copies as they are on record now. */
export type Recorded = Readonly<{ edited: boolean; plan: CalendarPlan }>;

/** Stores what the plan says about our own side. */
export async function recordLocal(run: Run, plan: CalendarPlan, snapshot: ScheduleSnapshot): Promise<Recorded> {
  return await run.parts.store.write(async r => {
    await r.calendars.requireLease(run.lease);
    await r.copies.putCopies(plan.settled);
    await r.copies.closeAttempts(plan.done, 'done');
    await r.copies.closeAttempts(plan.expired, 'refused');
    const openKeys = new Set((await r.findings.ofCalendar(run.row.link.id, 'open')).map(finding => finding.key));
    const before = run.tally.inbound;
    const planned: PlannedCopy[] = [];
    for (const one of plan.planned) planned.push(await recordCopy(run, r, one, snapshot, openKeys));
    await recordBrake(run, r, plan, openKeys);
    return { edited: run.tally.inbound > before, plan: { ...plan, planned } };
  });
}

async function recordCopy(
  run: Run,
  r: Repositories,
  planned: PlannedCopy,
  snapshot: ScheduleSnapshot,
  openKeys: ReadonlySet<string>,
): Promise<PlannedCopy> {
  let copy = planned.copy;
  const meetings: Meeting[] = [...planned.plan.meetings];
  for (const step of planned.plan.steps) {
    let taken = false;
    if (step.do === 'import') {
      taken = await importEdit(run, r, planned, step.fields, snapshot);
      if (!taken) meetings.push({ kind: 'proposal', met: step.met });
    }
    const changed =
      copy && (step.do === 'import' ? taken && takenCopy(copy, step, planned) : localChange(copy, step, planned));
    if (changed) {
      copy = changed;
      await r.copies.putCopies([changed]);
      if (changed.remoteId !== null && (step.do === 'hide' || step.do === 'forget'))
        await r.copies.forget(run.row.link.id, [changed.remoteId]);
    }
    if (step.do === 'hide') await openRemoval(run, r, planned, snapshot);
  }
  await recordMeetings(run, r, { ...planned, copy }, meetings, snapshot, openKeys);
  await recordChurn(run, r, planned, snapshot, openKeys);
  if (planned.plan.steps.length === 0 && copy?.state === 'placed') run.tally.unchanged += 1;
  return { ...planned, copy };
}

/** What a step without a request does to its copy; null: nothing. */
function localChange(copy: Copy, step: Step, planned: PlannedCopy): Copy | null {
  switch (step.do) {
    case 'agree': {
      const tag = planned.observed?.kind === 'present' ? planned.observed.tag : (copy.base?.tag ?? null);
      const eventVersion = planned.wanted?.event.version ?? copy.base?.eventVersion ?? 0;
      const base = { sent: step.sent, seen: step.seen, tag, eventVersion, guessed: [] };
      return { ...copy, state: 'placed', base, problem: null, stuckOn: null };
    }
    case 'hide':
      return { ...copy, state: 'hidden' };
    case 'forget':
      return { ...copy, state: 'removed', base: null, declined: [], problem: null, stuckOn: null };
    default:
      return null;
  }
}

/** Their value is the schedule's now, and agreed; should the schedule say otherwise by the next plan, that is ours to write. */
function takenCopy(copy: Copy, { met }: Extract<Step, { do: 'import' }>, { observed }: PlannedCopy): Copy | null {
  if (copy.base === null || observed?.kind !== 'present') return null;
  const shown = unitsOf(observed.face);
  const taken = new Map(met.map(unitOfMet).map(unit => [unit, unitValue(shown, unit)] as const));
  const { sent, seen } = copy.base;
  return { ...copy, base: { ...copy.base, sent: withUnits(sent, taken), seen: withUnits(seen, taken) } };
}

/** Takes a person's edit into the schedule under their name. Returns false where it must be proposed instead. */
async function importEdit(
  run: Run,
  r: Repositories,
  planned: PlannedCopy,
  fields: Fields,
  snapshot: ScheduleSnapshot,
): Promise<boolean> {
  const event = await r.schedule.event(run.row.link.production, planned.event);
  if (!event || !planned.wanted) return false;
  const taken = contentFromCopy(event.content, fields, { venues: snapshot.venues });
  if ('problem' in taken) return false;
  // Who is shown another title than the event's cannot have changed that one.
  const { face, content } = planned.wanted;
  if (fields.title !== undefined && face.title !== oneLine(content.title)) return false;
  if (doubleBooked(snapshot, event.id, taken.content).length > 0) return false;
  const saved = await saveEvent(r, {
    production: run.row.link.production,
    id: event.id,
    expected: event.version,
    content: taken.content,
    by: nameOf(run, snapshot),
    source: 'calendar',
    now: run.parts.runtime.now(),
    held: run.parts.settings.held,
  });
  if (saved.version > event.version) run.tally.inbound += 1;
  return true;
}

async function recordMeetings(
  run: Run,
  r: Repositories,
  planned: PlannedCopy,
  meetings: readonly Meeting[],
  snapshot: ScheduleSnapshot,
  openKeys: ReadonlySet<string>,
): Promise<void> {
  const { link } = run.row;
  const keyOf = (kind: Meeting['kind'] | 'removal') => `${kind}/${link.id}/${planned.event}`;
  const proposals = meetings.filter(meeting => meeting.kind === 'proposal').flatMap(meeting => meeting.met);
  if (proposals.length === 0 && openKeys.has(keyOf('proposal'))) {
    await closeFinding(r, run.parts.runtime, link.production, keyOf('proposal'));
  }
  if (openKeys.has(keyOf('removal')) && planned.copy?.state !== 'hidden' && !planned.plan.steps.some(isHide)) {
    await closeFinding(r, run.parts.runtime, link.production, keyOf('removal'));
  }
  const kinds = new Set(meetings.map(meeting => meeting.kind));
  for (const kind of kinds) {
    const met = meetings.filter(meeting => meeting.kind === kind).flatMap(meeting => meeting.met);
    await openMeeting(run, r, planned, kind, met, keyOf(kind), snapshot);
  }
}

const isHide = (step: Step) => step.do === 'hide';

async function openMeeting(
  run: Run,
  r: Repositories,
  planned: PlannedCopy,
  kind: Meeting['kind'],
  met: readonly Met[],
  key: string,
  snapshot: ScheduleSnapshot,
): Promise<void> {
  const { link } = run.row;
  const known = kind === 'proposal' ? null : await r.findings.byKey(link.production, key);
  const all = known?.state === 'open' ? mergeMet(known.met, met) : met;
  const opened = await openFinding(r, run.parts.runtime, {
    production: link.production,
    key,
    kind,
    calendar: link.id,
    person: link.person,
    event: planned.event,
    title: meetingTitle(kind, nameOf(run, snapshot), titleOf(planned, snapshot), met),
    met: all,
    suggestions: [],
  });
  // Nothing is to be decided about what was put back: the card is there to be read.
  if (opened && kind === 'restored') await closeFinding(r, run.parts.runtime, link.production, key);
  else if (opened) run.tally.conflicts += 1;
}

async function openRemoval(run: Run, r: Repositories, planned: PlannedCopy, snapshot: ScheduleSnapshot): Promise<void> {
  const { link } = run.row;
  const opened = await openFinding(r, run.parts.runtime, {
    production: link.production,
    key: `removal/${link.id}/${planned.event}`,
    kind: 'removal',
    calendar: link.id,
    person: link.person,
    event: planned.event,
    title: `${nameOf(run, snapshot)} removed “${titleOf(planned, snapshot)}” from their calendar.`,
    met: [],
    suggestions: removalSuggestions,
  });
  if (opened) run.tally.conflicts += 1;
}

async function recordChurn(
  run: Run,
  r: Repositories,
  planned: PlannedCopy,
  snapshot: ScheduleSnapshot,
  openKeys: ReadonlySet<string>,
): Promise<void> {
  const { link } = run.row;
  const key = `churn/${link.id}/${planned.event}`;
  if (!isChurnHeld(planned)) {
    if (openKeys.has(key)) await closeFinding(r, run.parts.runtime, link.production, key);
    return;
  }
  const facts = { production: link.production, key, calendar: link.id, person: link.person, event: planned.event };
  const title = churnTitle(titleOf(planned, snapshot), link.id);
  const opened = await openFinding(r, run.parts.runtime, { ...facts, kind: 'item', title, met: [], suggestions: [] });
  if (opened) run.tally.conflicts += 1;
}

async function recordBrake(
  run: Run,
  r: Repositories,
  plan: CalendarPlan,
  openKeys: ReadonlySet<string>,
): Promise<void> {
  const { link } = run.row;
  const key = `brake/${link.id}`;
  if (plan.brake === null) {
    if (openKeys.has(key)) await closeFinding(r, run.parts.runtime, link.production, key);
    return;
  }
  const title = brakeTitle(link.id, plan.brake);
  const facts = { production: link.production, calendar: link.id, person: link.person, event: null, met: [] };
  const opened = await openFinding(r, run.parts.runtime, { ...facts, key, kind: 'brake', title, suggestions: [] });
  if (opened) run.tally.conflicts += 1;
}

function nameOf(run: Run, snapshot: ScheduleSnapshot): string {
  const person: Person | undefined = snapshot.people.get(run.row.link.person);
  return person?.name ?? run.row.link.person;
}

function titleOf(planned: PlannedCopy, snapshot: ScheduleSnapshot): string {
  const event = snapshot.events.get(planned.event);
  return planned.wanted?.face.title ?? event?.content.safeTitle ?? planned.event;
}
