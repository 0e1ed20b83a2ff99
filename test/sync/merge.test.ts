import { describe, expect, it } from 'vitest';
import { allFields, type Fields } from '../../src/model/face.ts';
import { canonFace, type MergeInput, mergeFaces } from '../../src/sync/merge.ts';
import { asIs, baseOf, but, eleven, meeting, moved, noon, on, renamed, weekly } from './faces.ts';

const merge = (changes: Partial<MergeInput>) =>
  mergeFaces({
    base: baseOf(meeting),
    wanted: meeting,
    seen: meeting,
    pending: [],
    canon: asIs,
    fields: allFields,
    ...changes,
  });

describe('a verdict', () => {
  it('holds both values and what was last shown, not what was last sent', () => {
    const base = baseOf(meeting, { seen: but({ title: 'Production m' }) });
    expect(merge({ base, wanted: renamed, seen: but({ title: 'Cat' }) })).toEqual([
      { unit: 'title', verdict: 'both', ours: renamed.title, theirs: 'Cat', base: 'Production m' },
    ]);
  });
  it('with nothing on record knows no base', () => {
    const verdicts = merge({ base: null, seen: moved });
    expect(verdicts.find(({ unit }) => unit === 'when')).toMatchObject({ verdict: 'both', base: undefined });
    expect(verdicts.filter(({ verdict }) => verdict === 'agreed')).toHaveLength(6);
  });
  it('of a date that neither side mentions but the base does is of a plain one', () => {
    const base = baseOf(weekly({ off: ['22'] }));
    expect(merge({ base, wanted: weekly(), seen: weekly() })).toMatchObject([
      { unit: `occurrence ${on('22')}`, verdict: 'agreed', ours: 'plain', theirs: 'plain', base: 'off' },
    ]);
  });
  it('comes for fields the provider can show, and for no other', () => {
    expect(merge({ wanted: but({ when: eleven, url: 'https://x.test' }), fields: ['when'] })).toMatchObject([
      { unit: 'when' },
    ]);
    expect(merge({ wanted: weekly({ off: ['22'] }), fields: ['when'] })).toEqual([]);
  });
  it('comes in the order of the units’ names', () => {
    const all = but({ when: noon, title: 't', place: 'p', notes: 'n', url: 'u', busy: 'free' });
    expect(merge({ wanted: all }).map(({ unit }) => unit)).toEqual(['busy', 'notes', 'place', 'title', 'url', 'when']);
  });
  it('of whole days is the same in every zone', () => {
    const days = (zone: string) =>
      but({ when: { kind: 'all-day', start: '2027-03-08', end: '2027-03-09', zone } as never });
    const base = baseOf(days('Europe/London'));
    expect(merge({ base, wanted: days('Europe/London'), seen: days('UTC') })).toEqual([]);
  });
});

describe('the provider’s form of a face', () => {
  it('changes what the provider changes and nothing else', () => {
    const shout = (fields: Fields) => (fields.title === undefined ? {} : { title: fields.title.toUpperCase() });
    expect(canonFace(meeting, shout)).toEqual(but({ title: 'PRODUCTION MEETING' }));
  });
});
