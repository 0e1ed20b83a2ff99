/** The plan of one calendar: what is settled, adopted, left alone, looked at, and braked. */
import { describe, expect, it } from 'vitest';
import type { CalendarLink } from '../../src/model/calendar.ts';
import type { Copy, Observed } from '../../src/model/copy.ts';
import type { ScheduledEvent } from '../../src/model/event.ts';
import { allFields, type Face } from '../../src/model/face.ts';
import { copyKey } from '../../src/model/identity.ts';
import { brandId, type EventId, type PersonId, type RemoteId } from '../../src/model/ids.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import type { ZoneName } from '../../src/model/when.ts';
import { type CalendarPlanInput, newCopy, planCalendar } from '../../src/sync/calendar-plan.ts';
import type { Capabilities } from '../../src/sync/connector.ts';
import { faceHash, type WantedCopy } from '../../src/sync/project.ts';
import { attemptLifeMs } from '../../src/sync/settle.ts';
import { blankContent, blankLink, blankPerson } from '../blank.ts';
import {
  asIs,
  attemptOf,
  baseOf,
  but,
  calendar,
  copyOf,
  eleven,
  event,
  item,
  key,
  meeting,
  moved,
  noon,
  production,
  seen,
} from './faces.ts';

const ines = brandId<PersonId>('C02');
const link: CalendarLink = {
  id: calendar,
  production,
  person: ines,
  ...blankLink,
};
const can: Capabilities = {
  writes: true,
  conditional: true,
  ownIds: true,
  idsReusable: true,
  chosenUid: true,
  delta: true,
  deletionsInDelta: true,
  wholeSnapshot: true,
  push: false,
  fields: allFields,
  limits: { titleChars: 255, placeChars: 255, notesChars: 8000 },
  parallel: 1,
  verified: '2026-11-01',
};
const content = { ...blankContent, title: meeting.title, when: meeting.when };
const scheduled = (id: EventId): ScheduledEvent => ({
  production,
  id,
  uid: `${id}@callboard`,
  incarnation: 0,
  version: 3,
  sequence: 0,
  content,
  published: { version: 3, content },
  updatedAt: 0,
  updatedBy: 'sec',
});
const snapshotOf = (ids: readonly EventId[]): ScheduleSnapshot => ({
  production,
  name: 'TIDEWRACK',
  zone: 'Europe/London' as ZoneName,
  revision: 1,
  events: new Map(ids.map(id => [id, scheduled(id)])),
  people: new Map([[ines, { ...blankPerson, production, id: ines, name: 'Ines', role: 'Producer' }]]),
  venues: new Map(),
  groups: new Map(),
  travel: [],
  constraints: [],
});
const wantedOf = (id: EventId, face: Face = meeting): [EventId, WantedCopy] => [
  id,
  { event: scheduled(id), content, face, status: 'confirmed' },
];

type Changes = Partial<CalendarPlanInput> & Readonly<{ wanted?: readonly [EventId, WantedCopy][] }>;
const plan = ({ wanted = [wantedOf(event)], ...changes }: Changes = {}) =>
  planCalendar({
    link,
    snapshot: snapshotOf([event]),
    projection: { wanted: new Map(wanted), outside: new Map() },
    copies: [copyOf()],
    sights: [seen(meeting)],
    attempts: [],
    canon: asIs,
    can,
    rights: { default: { default: 'propose' } },
    released: false,
    now: 0,
    ...changes,
  });
const steps = (given: Changes = {}) => plan(given).planned.flatMap(({ plan: one }) => one.steps.map(step => step.do));
const elsewhere = brandId<RemoteId>('/c02/elsewhere.ics');

describe('the plan of a calendar', () => {
  it('at rest holds no step and nothing to look at', () => {
    expect(plan()).toMatchObject({ strays: [], done: [], expired: [], unsighted: [], brake: null });
    expect(steps()).toEqual([]);
  });
  it('makes what has no copy yet', () => {
    expect(steps({ copies: [], sights: [] })).toEqual(['create']);
  });
  it('goes by the events’ names, whatever order they come in', () => {
    const ids = ['E3', 'E1', 'E2'].map(name => brandId<EventId>(name));
    const given = { copies: [], sights: [], wanted: ids.map(id => wantedOf(id)), snapshot: snapshotOf(ids) };
    expect(plan(given).planned.map(one => one.event)).toEqual(['E1', 'E2', 'E3']);
  });
  it('leaves an event outside the window alone, copied or not', () => {
    const projection = { wanted: new Map(), outside: new Map([wantedOf(event)]) };
    expect(plan({ projection }).planned).toEqual([]);
  });
  it('puts in a publish calendar back what its owner deleted, and in a two-way one asks', () => {
    const sights: Observed[] = [{ kind: 'gone', remoteId: item }];
    expect(steps({ sights })).toEqual(['hide']);
    expect(steps({ sights, link: { ...link, mode: 'publish' } })).toEqual(['create']);
  });
  it('asks the rights of the owner about each field', () => {
    const rights = { producer: { when: 'accept', default: 'restore' } } as const;
    const sights = [seen(but({ when: noon, title: 'Cat' }))];
    expect(steps({ sights, rights })).toEqual(['import', 'update']);
  });
  it('proposes everything that an owner who is not on the unit list edits', () => {
    const rights = { default: { default: 'accept' } } as const;
    const snapshot = { ...snapshotOf([event]), people: new Map() };
    expect(plan({ sights: [seen(moved)], rights, snapshot }).planned[0]?.plan.meetings).toMatchObject([
      { kind: 'proposal' },
    ]);
  });
  it('looks at a copy in place whose item was never seen', () => {
    expect(plan({ sights: [] }).unsighted).toEqual([item]);
    expect(plan({ sights: [], copies: [copyOf({ state: 'hidden' })] }).unsighted).toEqual([]);
  });
  it('holds a refused copy with its face, and tries another', () => {
    const copies = [copyOf({ state: 'stuck', stuckOn: faceHash(moved) })];
    expect(steps({ copies, wanted: [wantedOf(event, moved)] })).toEqual(['hold']);
    expect(steps({ copies, wanted: [wantedOf(event, but({ when: noon }))] })).toEqual(['update']);
  });
  it('stops a copy that was written ten times within the hour, and keeps its cards', () => {
    const copies = [copyOf({ writes: Array.from({ length: 10 }, (_, index) => index) })];
    const given = { copies, wanted: [wantedOf(event, moved)], sights: [seen(but({ when: noon }))], now: 60_000 };
    expect(plan(given).planned[0]?.plan).toMatchObject({
      steps: [{ do: 'hold', why: 'churn' }],
      meetings: [{ kind: 'conflict' }],
    });
    expect(steps({ ...given, now: 2 * 60 * 60 * 1000 })).toEqual(['update']);
  });
  it('lets a churning copy be removed', () => {
    const copies = [copyOf({ writes: Array.from({ length: 10 }, (_, index) => index) })];
    expect(steps({ copies, wanted: [] })).toEqual(['remove']);
  });
});

describe('open attempts in the plan of a calendar', () => {
  const late = attemptOf('a1', { when: eleven });
  it('that had their effect are done, and their copy is stored with it', () => {
    const given = plan({ attempts: [late], sights: [seen(moved)], wanted: [wantedOf(event, moved)] });
    expect(given).toMatchObject({ done: ['a1'], settled: [{ base: { sent: moved, seen: moved } }] });
    expect(given.planned[0]?.plan).toEqual({ steps: [], meetings: [] });
  });
  it('that had none stay open, and expire after a day', () => {
    expect(plan({ attempts: [late] })).toMatchObject({ done: [], expired: [] });
    expect(plan({ attempts: [late], now: attemptLifeMs + 1 })).toMatchObject({ done: [], expired: ['a1'] });
  });
  it('are those of the copy’s own key and no other', () => {
    const other = { ...late, key: copyKey(production, event, calendar, 1) };
    const given = plan({ attempts: [other], sights: [seen(moved)] });
    expect(given.done).toEqual([]);
    expect(given.planned[0]?.plan.meetings).toMatchObject([{ kind: 'proposal' }]);
  });
  it('of a create that was made settle as the agreement', () => {
    const copies = [copyOf({ state: 'wanted', base: null })];
    const given = plan({ copies, attempts: [attemptOf('a1', meeting, { verb: 'create' })] });
    expect(given).toMatchObject({ settled: [{ state: 'placed', base: { sent: meeting } }] });
  });
  it('of a create stay open where its id may be free again, and a second try may land there', () => {
    const copies = [copyOf({ state: 'wanted', base: null })];
    const attempts = [attemptOf('a1', meeting, { verb: 'create' })];
    expect(plan({ copies, attempts }).done).toEqual([]);
    expect(plan({ copies, attempts, can: { ...can, idsReusable: false } }).done).toEqual(['a1']);
  });
});

describe('strays in the plan of a calendar', () => {
  const stray = seen(meeting, { remoteId: elsewhere });
  it('found where nothing is on record are adopted with what they show', () => {
    const given = plan({ copies: [], sights: [stray] });
    expect(given.strays).toMatchObject([{ do: 'adopt' }]);
    expect(given.planned[0]?.plan.steps).toMatchObject([{ do: 'agree', sent: meeting }]);
    expect(given.settled).toMatchObject([{ state: 'placed', remoteId: elsewhere, generation: 0, key }]);
  });
  it('under another id than their copy’s, whose own item is gone, are followed', () => {
    const given = plan({ sights: [{ kind: 'gone', remoteId: item }, stray] });
    expect(given.settled).toMatchObject([{ state: 'placed', remoteId: elsewhere }]);
    expect(given.planned[0]?.plan.steps).toEqual([]);
  });
  it('that stand for a refused copy free it', () => {
    const copies = [copyOf({ state: 'stuck', base: null, remoteId: null, problem: 'no', stuckOn: faceHash(meeting) })];
    expect(plan({ copies, sights: [stray] }).settled).toMatchObject([
      { state: 'placed', problem: null, stuckOn: null },
    ]);
  });
  it('beside the living original lose their mark, and their copy is untouched', () => {
    const given = plan({ sights: [seen(meeting), stray] });
    expect(given.strays).toMatchObject([{ do: 'unmark' }]);
    expect(given.planned[0]).toMatchObject({ copy: { remoteId: item }, plan: { steps: [], meetings: [] } });
  });
  it('that a duplicate has taken the place of are swept as we made them, and left to whoever typed into them', () => {
    const duplicate = seen(meeting, { uid: 'by-hand' });
    const made = (face: Face) => seen(face, { remoteId: elsewhere, uid: `${event}@callboard` });
    const late = [attemptOf('a1', moved, { verb: 'create' })];
    const judged = (face: Face, attempts: CalendarPlanInput['attempts'] = []) =>
      plan({ sights: [duplicate, made(face)], attempts }).strays;
    expect(judged(meeting)).toMatchObject([{ do: 'remove', item: { remoteId: elsewhere } }]);
    expect(judged(moved, late)).toMatchObject([{ do: 'remove' }]);
    expect(judged(moved)).toMatchObject([{ do: 'unmark', item: { remoteId: elsewhere } }]);
  });
  it('of a removed copy are removed, even at the id it had', () => {
    const copies = [copyOf({ state: 'removed', base: null })];
    const given = plan({ copies, wanted: [], sights: [seen(meeting)] });
    expect(given.strays).toMatchObject([{ do: 'remove' }]);
    expect(given.planned[0]?.plan.steps).toEqual([]);
  });
  it('are left alone where nothing can be written', () => {
    expect(plan({ sights: [seen(meeting), stray], can: { ...can, writes: false } }).strays).toEqual([]);
  });
  it('are left alone while the calendar is halted', () => {
    const newer = seen(meeting, { marker: { key, version: 4 } });
    expect(plan({ sights: [newer, stray] })).toMatchObject({ strays: [], brake: { reason: 'newer-marker' } });
  });
  it('without a mark are somebody’s own', () => {
    expect(plan({ sights: [seen(meeting), { ...stray, marker: null }] }).strays).toEqual([]);
  });
});

describe('brakes in the plan of a calendar', () => {
  const ids = Array.from({ length: 7 }, (_, index) => brandId<EventId>(`E${index}`));
  const remote = (id: EventId) => brandId<RemoteId>(`/c02/${id}.ics`);
  const copies: readonly Copy[] = ids.map(id => ({
    ...newCopy(link, id, 0),
    state: 'placed',
    remoteId: remote(id),
    base: baseOf(meeting),
  }));
  const there = (id: EventId, face: Face = meeting): Observed =>
    seen(face, { remoteId: remote(id), marker: { key: copyKey(production, id, calendar, 0), version: 3 } });
  const gone = (id: EventId): Observed => ({ kind: 'gone', remoteId: remote(id) });
  const full = {
    copies,
    snapshot: snapshotOf(ids),
    wanted: ids.map(id => wantedOf(id)),
    sights: ids.map(id => there(id)),
  };

  it('a mark of the version that the store has is no alarm, a later one halts', () => {
    expect(plan({ sights: [seen(meeting, { marker: { key, version: 3 } })] }).brake).toBeNull();
    expect(plan({ sights: [seen(meeting, { marker: { key, version: 4 } })] })).toMatchObject({
      planned: [],
      brake: { kind: 'halt', reason: 'newer-marker' },
    });
  });
  it('seven copies deleted at once halt the calendar, of which they were all', () => {
    expect(plan({ ...full, sights: ids.map(gone) }).brake).toMatchObject({ reason: 'everything-vanished', placed: 7 });
  });
  it('six of seven deleted are held', () => {
    const sights = ids.map((id, index) => (index === 0 ? there(id) : gone(id)));
    const held = plan({ ...full, sights });
    expect(held.brake).toMatchObject({ kind: 'hold', reason: 'many-vanished', affected: 6, placed: 7 });
    expect(held.planned.flatMap(one => one.plan.steps)).toEqual(Array(6).fill({ do: 'hold', why: 'held-deletion' }));
  });
  it('six of seven no longer wanted are held', () => {
    expect(plan({ ...full, wanted: ids.slice(0, 1).map(id => wantedOf(id)) }).brake).toMatchObject({
      reason: 'many-removed',
      affected: 6,
    });
  });
  it('seven moved by us are held, and seven moved by their owner are held where they would be taken', () => {
    expect(plan({ ...full, wanted: ids.map(id => wantedOf(id, moved)) }).brake).toMatchObject({ reason: 'many-moved' });
    const sights = ids.map(id => there(id, moved));
    const rights = { default: { default: 'accept' } } as const;
    expect(plan({ ...full, sights, rights }).brake).toMatchObject({ reason: 'many-moved', affected: 7 });
    expect(plan({ ...full, sights }).brake).toBeNull();
  });
  it('what is released goes on', () => {
    const given = plan({ ...full, sights: ids.map(gone), released: true });
    expect(given.brake).toBeNull();
    expect(given.planned.flatMap(one => one.plan.steps.map(step => step.do))).toEqual(Array(7).fill('hide'));
  });
});
