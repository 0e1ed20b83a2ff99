/**
 * Bugs of the planner, each in its smallest form; red on the tree of 22 November 05:40, green with the patches beside
 * this file. To run: copy it into test/sync/.
 */
import { describe, expect, it } from 'vitest';
import type { CalendarLink } from '../../src/model/calendar.ts';
import type { EventContent, ScheduledEvent } from '../../src/model/event.ts';
import { allFields, type Face, type Fields } from '../../src/model/face.ts';
import { brandId, type EventId, type GroupId, type PersonId } from '../../src/model/ids.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import type { ZoneName } from '../../src/model/when.ts';
import { planCalendar } from '../../src/sync/calendar-plan.ts';
import type { Capabilities } from '../../src/sync/connector.ts';
import { type PlanInput, planCopy } from '../../src/sync/plan.ts';
import { projectPerson } from '../../src/sync/project.ts';
import { settleCopy } from '../../src/sync/settle.ts';
import { blankContent, blankLink, blankPerson } from '../blank.ts';
import {
  asIs,
  at,
  attemptOf,
  baseOf,
  but,
  calendar,
  copyOf,
  event,
  everyMonday,
  item,
  meeting,
  moved,
  noon,
  on,
  planInput,
  production,
  rules,
  seen,
  tag,
  weekly,
} from './faces.ts';

const plan = (changes: Partial<PlanInput>) => planCopy(planInput(changes));
const dos = (changes: Partial<PlanInput>) => plan(changes).steps.map(step => step.do);

describe('1: an attempt without effect, whose value is cut to what is shown anyway', () => {
  const clip = (fields: Fields) =>
    fields.title === undefined ? fields : { ...fields, title: fields.title.slice(0, 4) };
  it('does not take the base back from what was sent since: it would be written again and again', () => {
    const wanted = but({ title: 'Tone, blue' });
    const copy = copyOf({ base: baseOf(wanted, { seen: but({ title: 'Tone' }) }) });
    const old = attemptOf('a1', { title: 'Tone, red', when: noon });
    const settled = settleCopy(copy, seen(but({ title: 'Tone' })), [old], clip, 0);
    expect(settled.copy.base?.sent.title).toBe('Tone, blue');
  });
});

describe('2: a person’s waiting date that only came along in a write', () => {
  const link = {
    id: calendar,
    production,
    person: brandId<PersonId>('C02'),
    ...blankLink,
  } satisfies CalendarLink;
  const can = { writes: true, conditional: true, fields: allFields } as Capabilities;
  const content = { ...blankContent, title: meeting.title, when: meeting.when };
  const scheduled = {
    production,
    id: event,
    uid: 'u',
    incarnation: 0,
    version: 1,
    sequence: 0,
    content,
    published: { version: 1, content },
    updatedAt: 0,
    updatedBy: 'sec',
  } satisfies ScheduledEvent;
  const snapshot = {
    production,
    name: '',
    zone: 'Europe/London' as ZoneName,
    revision: 1,
    events: new Map([[event, scheduled]]),
    people: new Map(),
    venues: new Map(),
    groups: new Map(),
    travel: [],
    constraints: [],
  } satisfies ScheduleSnapshot;
  const theirs = weekly({ at: { '15': at('15T14:00', '15T15:00') } });
  const write = attemptOf(
    'a1',
    { when: meeting.when, series: weekly({ off: ['29'], at: { '15': at('15T14:00', '15T15:00') } }).series },
    { units: [`occurrence ${on('29')}`] },
  );
  const planned = (face: Face, there: Face = theirs) =>
    planCalendar({
      link,
      snapshot,
      projection: {
        wanted: new Map([[event, { event: scheduled, content, face, status: 'confirmed' as const }]]),
        outside: new Map(),
      },
      copies: [copyOf({ base: baseOf(weekly()) })],
      sights: [seen(there)],
      attempts: there === theirs ? [write] : [],
      canon: asIs,
      can,
      rights: {},
      released: false,
      now: 0,
    });

  it('stays proposed while the reply is out', () => {
    expect(planned(weekly({ off: ['29'] })).planned[0]?.plan.meetings.map(one => one.kind)).toEqual(['proposal']);
  });
  it('is not written over without a card', () => {
    expect(planned(weekly({ off: ['15', '29'] })).planned[0]?.plan.meetings.map(one => one.kind)).toEqual(['conflict']);
  });
  it('11: a plan in which nothing changed stores no copy', () => {
    expect(planned(weekly(), weekly()).settled).toEqual([]);
  });
});

describe('3: dates of a series in another order', () => {
  const two = weekly({ at: { '15': noon, '22': noon } });
  const turned: Face = {
    ...two,
    series: two.series && { ...two.series, overrides: [...two.series.overrides].reverse() },
  };
  it('are no change of ours: a copy that its owner deleted stays deleted', () => {
    expect(
      dos({ wanted: turned, copy: copyOf({ base: baseOf(two) }), observed: { kind: 'gone', remoteId: item } }),
    ).toEqual(['hide']);
  });
});

describe('4: a refused write', () => {
  const refused = (changes = {}) => copyOf({ state: 'stuck', stuckOn: 'h0', problem: 'too long', ...changes });
  it('does not bring back what its owner deleted and we did not change', () => {
    expect(dos({ copy: refused(), observed: { kind: 'gone', remoteId: item } })).toEqual(['hide']);
  });
  it('is refused no longer once the event is again as it is shown', () => {
    expect(dos({ copy: refused() })).toEqual(['agree']);
  });
});

describe('5: a copy found with nothing on record, and a write that then fails', () => {
  it('leaves the difference ours to write, and takes nothing into the schedule', () => {
    const first = plan({ copy: copyOf({ base: null }), observed: seen(moved), rules: rules('accept') });
    const agreed = first.steps.find(step => step.do === 'agree');
    const base = baseOf(agreed?.sent ?? meeting, { seen: agreed?.seen ?? meeting });
    expect(dos({ copy: copyOf({ base }), observed: seen(moved), rules: rules('accept') })).toEqual(['update']);
  });
});

describe('6: a series that only one side still has', () => {
  const series = copyOf({ base: baseOf(weekly()) });
  it('ended by a person while we move a date: ours is written with its rule, theirs is on a card', () => {
    const made = plan({ wanted: weekly({ at: { '15': noon } }), copy: series, observed: seen(meeting) });
    expect(made.steps).toMatchObject([
      { do: 'update', fields: { series: { rrule: everyMonday, overrides: [{ occurrence: on('15') }] } } },
    ]);
    expect(made.meetings).toMatchObject([{ kind: 'conflict' }]);
  });
  it('ended by us while a person moves a date: their date is on a card, not taken into nothing', () => {
    const made = plan({
      wanted: meeting,
      copy: series,
      observed: seen(weekly({ at: { '15': noon } })),
      rules: rules('accept'),
    });
    expect(made.steps.map(step => step.do)).toEqual(['update']);
    expect(made.meetings).toMatchObject([
      { kind: 'conflict', met: expect.arrayContaining([expect.objectContaining({ occurrence: on('15') })]) },
    ]);
  });
});

describe('7: what a date of a series says of itself', () => {
  const gaffer = { ...blankPerson, production, id: brandId<PersonId>('G'), name: 'Gaffer' };
  const content: EventContent = {
    ...blankContent,
    kind: 'intimacy_rehearsal',
    tier: 'P4',
    title: 'Sc. 41',
    when: meeting.when,
    rrule: everyMonday,
    required: [{ kind: 'group', ref: brandId<GroupId>('all') }],
  };
  const change = { status: 'changed', when: null, venue: null, title: null, notes: null } as const;
  const faceFor = (changes: Partial<EventContent>, window = { from: 0, to: 4e12 }) => {
    const id = brandId<EventId>('E1');
    const made = { ...content, ...changes };
    const one = {
      production,
      id,
      uid: 'u',
      incarnation: 0,
      version: 1,
      sequence: 0,
      content: made,
      published: { version: 1, content: made },
      updatedAt: 0,
      updatedBy: 'sec',
    };
    const snapshot = {
      production,
      name: '',
      zone: 'Europe/London' as ZoneName,
      revision: 1,
      events: new Map([[id, one]]),
      people: new Map([[gaffer.id, gaffer]]),
      venues: new Map(),
      groups: new Map(),
      travel: [],
      constraints: [],
    };
    return projectPerson(snapshot, gaffer, window).wanted.get(id)?.face;
  };
  it('its own title is not for those who may not see the event’s', () => {
    const overrides = [{ ...change, occurrence: on('15'), title: 'Sc. 42 Ada/Bram' }];
    expect(faceFor({ overrides })?.series?.overrides[0]?.face.title).toBe('Rehearsal (closed)');
  });
  it('nor are its own notes', () => {
    const overrides = [{ ...change, occurrence: on('15'), notes: 'Agreed with the intimacy coordinator.' }];
    expect(faceFor({ overrides })?.series?.overrides[0]?.face.notes).toBe('');
  });
  it('8: dates come in order, whatever order they were typed in', () => {
    const overrides = ['22', '15'].map(day => ({ ...change, occurrence: on(day), when: noon }));
    expect(faceFor({ overrides })?.series?.overrides.map(one => one.occurrence)).toEqual([on('15'), on('22')]);
  });
  it('9: a date moved into the window brings its series there', () => {
    const overrides = [{ ...change, occurrence: on('15'), when: at('30T10:00', '30T11:00') }];
    const from = Date.UTC(2027, 2, 30);
    expect(faceFor({ rrule: `${everyMonday};COUNT=2`, overrides }, { from, to: from + 86_400_000 })).toBeDefined();
  });
});

void tag;
