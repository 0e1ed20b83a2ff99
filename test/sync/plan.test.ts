import { describe, expect, it } from 'vitest';
import type { Face } from '../../src/model/face.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { type CopyPlan, planCopy } from '../../src/sync/plan.ts';
import { at, baseOf, copyOf, eleven, item, meeting, noon, planInput, rules, seen } from './faces.ts';

const steps = (plan: CopyPlan) => plan.steps.map(step => step.do);
const written = (plan: CopyPlan) => plan.steps.flatMap(step => (step.do === 'update' ? [step.fields] : []));
const kinds = (plan: CopyPlan) => plan.meetings.map(meeting => meeting.kind);
const moved: Face = { ...meeting, when: eleven };
const renamed: Face = { ...meeting, title: 'Big production meeting' };

describe('a copy that is in step', () => {
  it('S19 nothing changed on either side: nothing is done', () => {
    expect(planCopy(planInput({}))).toEqual({ steps: [], meetings: [] });
  });
  it('S28 a provider that rewrites what it stores is never compared with what we want', () => {
    const rewritten = { ...meeting, notes: '<p>Bring the schedule.</p>' };
    const copy = copyOf({ base: baseOf(meeting, { seen: rewritten }) });
    expect(planCopy(planInput({ copy, observed: seen(rewritten) })).steps).toEqual([]);
  });
  it('S24 another tag without another face is no change', () => {
    expect(planCopy(planInput({ observed: seen(meeting, { tag: 't9' as never }) })).steps).toEqual([]);
  });
});

describe('only we changed it', () => {
  it('the changed fields are written, under the tag that was observed', () => {
    const plan = planCopy(planInput({ wanted: moved }));
    expect(steps(plan)).toEqual(['update']);
    expect(written(plan)).toEqual([{ when: eleven }]);
    expect(plan.steps[0]).toMatchObject({ remoteId: item, tag: 't1' });
  });
  it('a provider that cannot show a field is not asked to', () => {
    const plan = planCopy(
      planInput({ wanted: { ...meeting, url: 'https://x.test' }, rules: { ...rules(), fields: ['when', 'title'] } }),
    );
    expect(plan.steps).toEqual([]);
  });
  it('the base after the write is what we sent, and what the provider makes of it', () => {
    const canon = (fields: Partial<Face>) =>
      fields.title === undefined ? fields : { ...fields, title: fields.title.slice(0, 10) };
    const shown = { ...meeting, title: 'Production' };
    const copy = copyOf({ base: baseOf(meeting, { seen: shown }) });
    const plan = planCopy(planInput({ wanted: renamed, copy, observed: seen(shown), canon }));
    expect(plan.steps[0]).toMatchObject({ do: 'update', sent: renamed, seen: { ...meeting, title: 'Big produc' } });
  });
});

describe('only they changed it', () => {
  it('S6 a proposal leaves their copy as they made it', () => {
    const plan = planCopy(planInput({ observed: seen(moved) }));
    expect(plan.steps).toEqual([]);
    expect(plan.meetings).toEqual([
      {
        kind: 'proposal',
        met: [expect.objectContaining({ field: 'when', ours: meeting.when, theirs: eleven, base: meeting.when })],
      },
    ]);
  });
  it('an accepted edit is imported and nothing is written', () => {
    const plan = planCopy(planInput({ observed: seen(moved), rules: rules('accept') }));
    expect(plan.steps).toMatchObject([{ do: 'import', fields: { when: eleven } }]);
    expect(plan.meetings).toEqual([]);
  });
  it('a restored edit is written back and noted', () => {
    const plan = planCopy(planInput({ observed: seen(moved), rules: rules('restore') }));
    expect(written(plan)).toEqual([{ when: meeting.when }]);
    expect(kinds(plan)).toEqual(['restored']);
  });
  it('in a publish calendar every edit is put back', () => {
    expect(written(planCopy(planInput({ observed: seen(renamed), rules: rules('accept', 'publish') })))).toEqual([
      { title: meeting.title },
    ]);
  });
  it('how they show themselves, free or busy, is theirs', () => {
    const plan = planCopy(planInput({ observed: seen({ ...meeting, busy: 'free' }) }));
    expect(steps(plan)).toEqual(['agree']);
    expect(plan.meetings).toEqual([]);
  });
  it('a value that was turned down is put back when it is seen again', () => {
    const plan = planCopy(
      planInput({ copy: copyOf({ declined: [{ unit: 'when', value: eleven }] }), observed: seen(moved) }),
    );
    expect(written(plan)).toEqual([{ when: meeting.when }]);
    expect(plan.meetings).toEqual([]);
  });
  it('another value than the one turned down is a new proposal', () => {
    const plan = planCopy(
      planInput({ copy: copyOf({ declined: [{ unit: 'when', value: noon }] }), observed: seen(moved) }),
    );
    expect(kinds(plan)).toEqual(['proposal']);
  });
});

describe('both changed it', () => {
  it('S16 different fields both survive: ours is written alone, theirs is proposed', () => {
    const plan = planCopy(planInput({ wanted: moved, observed: seen({ ...meeting, notes: 'And the cat.' }) }));
    expect(written(plan)).toEqual([{ when: eleven }]);
    expect(plan.meetings).toEqual([
      { kind: 'proposal', met: [expect.objectContaining({ field: 'notes', theirs: 'And the cat.' })] },
    ]);
  });
  it('S17 the title we changed is not reverted by their change of the place', () => {
    const plan = planCopy(planInput({ wanted: renamed, observed: seen({ ...meeting, place: 'Pub' }) }));
    expect(written(plan)).toEqual([{ title: renamed.title }]);
    expect(plan.meetings).toEqual([
      { kind: 'proposal', met: [expect.objectContaining({ field: 'place', theirs: 'Pub' })] },
    ]);
  });
  it('S18 the same field to different times: ours is written, the card holds base, ours and theirs', () => {
    const plan = planCopy(planInput({ wanted: moved, observed: seen({ ...meeting, when: noon }) }));
    expect(written(plan)).toEqual([{ when: eleven }]);
    expect(plan.meetings).toEqual([
      { kind: 'conflict', met: [{ field: 'when', occurrence: null, ours: eleven, theirs: noon, base: meeting.when }] },
    ]);
  });
  it('S19 the same change on both sides: the base advances, nothing is written', () => {
    const plan = planCopy(planInput({ wanted: moved, observed: seen(moved) }));
    expect(plan.steps).toMatchObject([{ do: 'agree', sent: moved, seen: moved }]);
    expect(plan.meetings).toEqual([]);
  });
  it('S23 equal content after a write whose answer was an error counts as done', () => {
    const plan = planCopy(planInput({ wanted: moved, observed: seen(moved), pending: [{ when: eleven }] }));
    expect(plan.meetings).toEqual([]);
    expect(steps(plan)).toEqual(['agree']);
  });
  it('a value that an open attempt was sending is not an edit by a person', () => {
    const plan = planCopy(
      planInput({ wanted: { ...meeting, when: noon }, observed: seen(moved), pending: [{ when: eleven }] }),
    );
    expect(written(plan)).toEqual([{ when: noon }]);
    expect(plan.meetings).toEqual([]);
  });
});

describe('an event that has left the calendar', () => {
  it('is removed there', () => {
    expect(planCopy(planInput({ wanted: null })).steps).toMatchObject([
      { do: 'remove', remoteId: item, tag: 't1', why: 'cancelled' },
    ]);
  });
  it('S7 an unseen edit of the cancelled copy is kept on a card', () => {
    const plan = planCopy(planInput({ wanted: null, observed: seen(moved) }));
    expect(steps(plan)).toEqual(['remove']);
    expect(plan.meetings).toMatchObject([{ kind: 'orphaned-edit', met: [{ field: 'when', theirs: eleven }] }]);
  });
  it('gone on both sides is forgotten', () => {
    expect(steps(planCopy(planInput({ wanted: null, observed: { kind: 'gone', remoteId: item } })))).toEqual([
      'forget',
    ]);
  });
  it('a removed copy needs nothing more', () => {
    expect(
      planCopy(planInput({ wanted: null, observed: null, copy: copyOf({ state: 'removed', base: null }) })).steps,
    ).toEqual([]);
  });
  it('an event that never had a copy needs none removed', () => {
    expect(planCopy(planInput({ wanted: null, observed: null, copy: null })).steps).toEqual([]);
  });
});

describe('a copy whose item is gone', () => {
  const gone = { kind: 'gone', remoteId: item } as const;
  it('S6 is hidden, not put back, while the event is unchanged', () => {
    expect(steps(planCopy(planInput({ observed: gone })))).toEqual(['hide']);
  });
  it('is made anew when the event has changed: an edit beats a deletion', () => {
    expect(planCopy(planInput({ observed: gone, wanted: moved })).steps).toMatchObject([
      { do: 'create', anew: true, face: moved },
    ]);
  });
  it('in a publish calendar is put back', () => {
    expect(steps(planCopy(planInput({ observed: gone, rules: rules('propose', 'publish') })))).toEqual(['create']);
  });
  it('a hidden copy stays hidden', () => {
    expect(planCopy(planInput({ observed: null, copy: copyOf({ state: 'hidden' }) })).steps).toEqual([]);
  });
  it('a hidden copy of a changed event is made anew', () => {
    expect(steps(planCopy(planInput({ observed: null, copy: copyOf({ state: 'hidden' }), wanted: moved })))).toEqual([
      'create',
    ]);
  });
  it('not having been seen yet is no absence', () => {
    expect(planCopy(planInput({ observed: null })).steps).toEqual([]);
  });
});

describe('a copy that is not there yet', () => {
  it('is created', () => {
    expect(planCopy(planInput({ copy: null, observed: null })).steps).toMatchObject([
      { do: 'create', face: meeting, anew: false },
    ]);
  });
  it('S35 created but not recorded: the same copy is created again under the same key', () => {
    const copy = copyOf({ state: 'wanted', base: null, remoteId: null });
    expect(planCopy(planInput({ copy, observed: null })).steps).toMatchObject([{ do: 'create', anew: false }]);
  });
  it('S15 found by its mark with nothing on record: equal content is agreed and not written', () => {
    const plan = planCopy(planInput({ copy: copyOf({ base: null }) }));
    expect(steps(plan)).toEqual(['agree']);
    expect(plan.meetings).toEqual([]);
  });
  it('S15 found by its mark with nothing on record: a difference is ours to write, theirs is kept on a card', () => {
    const plan = planCopy(planInput({ copy: copyOf({ base: null }), observed: seen(moved) }));
    expect(written(plan)).toEqual([{ when: meeting.when }]);
    expect(kinds(plan)).toEqual(['conflict']);
  });
  it('S62 a copy the provider refused is not tried again with the same face', () => {
    const copy = copyOf({ state: 'stuck', base: null, remoteId: null, stuckOn: 'h1' });
    expect(planCopy(planInput({ copy, observed: null })).steps).toEqual([{ do: 'hold', why: 'stuck' }]);
    expect(steps(planCopy(planInput({ copy, observed: null, wantedHash: 'h2' })))).toEqual(['create']);
  });
  it('S62 a copy the provider refused still shows what its owner changes', () => {
    const copy = copyOf({ state: 'stuck', stuckOn: 'h1', problem: 'refused' });
    const plan = planCopy(planInput({ copy, wanted: renamed, observed: seen({ ...meeting, notes: 'Theirs.' }) }));
    expect(plan.steps).toEqual([{ do: 'hold', why: 'stuck' }]);
    expect(plan.meetings).toMatchObject([{ kind: 'proposal', met: [{ field: 'notes', theirs: 'Theirs.' }] }]);
  });
  it('an item that cannot be read is held', () => {
    const observed = { kind: 'unreadable', remoteId: item, tag: null, problem: 'bad date' } as const;
    expect(planCopy(planInput({ observed, wanted: moved })).steps).toEqual([{ do: 'hold', why: 'unreadable' }]);
  });
});

describe('a series', () => {
  const on = (day: string) => `2027-03-${day}T10:00:00` as OccurrenceStart;
  const weekly: Face = { ...meeting, series: { rrule: 'FREQ=WEEKLY;BYDAY=MO', exdates: [on('22')], overrides: [] } };
  const movedDate = (face: Face): Face => ({
    ...face,
    series: {
      rrule: 'FREQ=WEEKLY;BYDAY=MO',
      exdates: [on('22')],
      overrides: [
        {
          occurrence: on('15'),
          face: {
            when: at('15T14:00', '15T15:00'),
            title: face.title,
            place: face.place,
            notes: face.notes,
            busy: 'busy',
          },
        },
      ],
    },
  });
  const copy = copyOf({ base: baseOf(weekly) });

  it('S51 one occurrence moved by a person is a proposal for that date only', () => {
    const plan = planCopy(planInput({ wanted: weekly, copy, observed: seen(movedDate(weekly)) }));
    expect(plan.steps).toEqual([]);
    expect(plan.meetings).toMatchObject([
      { kind: 'proposal', met: [{ field: 'series', occurrence: on('15'), base: 'plain' }] },
    ]);
  });
  it('our change of another date goes out without undoing their waiting one', () => {
    const wanted = {
      ...weekly,
      series: { rrule: 'FREQ=WEEKLY;BYDAY=MO', exdates: [on('22'), on('29')], overrides: [] },
    };
    const plan = planCopy(planInput({ wanted, copy, observed: seen(movedDate(weekly)) }));
    expect(written(plan)).toMatchObject([
      { series: { exdates: [on('22'), on('29')], overrides: [{ occurrence: on('15') }] } },
    ]);
    expect(kinds(plan)).toEqual(['proposal']);
    expect(plan.steps[0]).toMatchObject({ sent: wanted, seen: wanted });
  });
  it('both moved the same date: ours is written, theirs is on the card', () => {
    const ours = movedDate(weekly);
    const theirs = {
      ...weekly,
      series: { rrule: 'FREQ=WEEKLY;BYDAY=MO', exdates: [on('15'), on('22')], overrides: [] },
    };
    const plan = planCopy(planInput({ wanted: ours, copy, observed: seen(theirs) }));
    expect(kinds(plan)).toEqual(['conflict']);
    expect(written(plan)).toMatchObject([{ series: { exdates: [on('22')], overrides: [{ occurrence: on('15') }] } }]);
  });
});
