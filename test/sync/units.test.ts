import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Face } from '../../src/model/face.ts';
import { brandId } from '../../src/model/ids.ts';
import type { OccurrenceStart, Series } from '../../src/model/series.ts';
import { allUnits, fieldOf, sameUnit, unitsOf, unitValue, withUnits } from '../../src/sync/units.ts';
import { faces } from '../ical/faces.ts';
import { at, but, eleven, meeting, moved, noon, occurrenceFace, on, seriesOf, weekly } from './faces.ts';

describe('the units of a face', () => {
  it('are its fields, its rule, and each date that differs', () => {
    const units = unitsOf(weekly({ off: ['22'], at: { '15': noon } }));
    expect(allUnits(units)).toEqual([
      'busy',
      'notes',
      `occurrence ${on('15')}`,
      `occurrence ${on('22')}`,
      'place',
      'rule',
      'title',
      'url',
      'when',
    ]);
    expect(unitValue(units, `occurrence ${on('22')}`)).toBe('off');
    expect(unitValue(units, `occurrence ${on('15')}`)).toEqual(occurrenceFace(noon));
  });
  it('of a single event have a rule that is none', () => {
    expect(unitsOf(meeting).get('rule')).toBeNull();
  });
  it('are those of the fields given alone', () => {
    expect(allUnits(unitsOf({ title: 'x', url: null }))).toEqual(['title', 'url']);
    expect(allUnits(unitsOf({}))).toEqual([]);
  });
  it('a date that is not mentioned is plain, a field that is not given is unknown', () => {
    expect(unitValue(unitsOf(weekly()), `occurrence ${on('29')}`)).toBe('plain');
    expect(unitValue(unitsOf({ title: 'x' }), 'place')).toBeUndefined();
  });
  it('belong to their field', () => {
    expect(allUnits(unitsOf(weekly({ off: ['22'] }))).map(fieldOf)).toEqual([
      'busy',
      'notes',
      'series',
      'place',
      'series',
      'title',
      'url',
      'when',
    ]);
  });
});

describe('two values of a unit', () => {
  const days = (zone: string) =>
    ({ kind: 'all-day', start: '2027-03-08', end: '2027-03-09', zone }) as unknown as Face['when'];
  it('whole days are the same in every zone, hours are not', () => {
    expect(sameUnit('when', days('Europe/London'), days('Europe/Paris'))).toBe(true);
    expect(sameUnit('when', eleven, { ...eleven, zone: 'Europe/Paris' })).toBe(false);
  });
  it('so they are for a single date', () => {
    const unit = `occurrence ${on('15')}` as const;
    const face = (zone: string) => occurrenceFace(days(zone));
    expect(sameUnit(unit, face('Europe/London'), face('Europe/Paris'))).toBe(true);
    expect(sameUnit(unit, occurrenceFace(eleven), occurrenceFace(noon))).toBe(false);
    expect(sameUnit(unit, occurrenceFace(eleven), occurrenceFace(eleven, but({ title: 'Cat' })))).toBe(false);
    expect(sameUnit(unit, occurrenceFace(eleven), 'off')).toBe(false);
    expect(sameUnit(unit, 'plain', 'off')).toBe(false);
  });
  it('a time that is unknown is not the same as a known one', () => {
    expect(sameUnit('when', undefined, eleven)).toBe(false);
    expect(sameUnit('when', undefined, undefined)).toBe(true);
  });
});

describe('a face with units set', () => {
  const set = (
    face: Face,
    ...changes: Parameters<typeof withUnits>[1] extends ReadonlyMap<infer K, infer V> ? [K, V][] : never
  ) => withUnits(face, new Map(changes));
  it('has those and keeps the others', () => {
    expect(set(meeting, ['when', eleven])).toEqual(moved);
  });
  it('a date set to plain is as the series says', () => {
    expect(set(weekly({ off: ['15', '22'] }), [`occurrence ${on('15')}`, 'plain'])).toEqual(weekly({ off: ['22'] }));
  });
  it('dates come sorted, whatever the order they were set in', () => {
    const changed = set(weekly({ off: ['29'] }), [`occurrence ${on('22')}`, 'off'], [`occurrence ${on('08')}`, 'off']);
    expect(changed.series?.exdates).toEqual([on('08'), on('22'), on('29')]);
  });
  it('without a rule it is no series, and its dates mean nothing', () => {
    expect(set(weekly({ off: ['22'], at: { '15': noon } }), ['rule', null])).toEqual(meeting);
  });
  it('with a rule it becomes one', () => {
    const dates = seriesOf({ off: ['22'], at: { '15': at('15T12:00', '15T13:00') } });
    const face = set(
      meeting,
      ['rule', dates.rrule],
      [`occurrence ${on('22')}`, 'off'],
      [`occurrence ${on('15')}`, dates.overrides[0]?.face],
    );
    expect(face.series).toEqual(dates);
  });
});

/** A series as the type promises it: sorted, each date once. */
function tidy(series: Series | null): Series | null {
  if (series === null) return null;
  const overrides = new Map(series.overrides.map(({ occurrence, face }) => [occurrence as string, face] as const));
  const off = [...new Set(series.exdates as readonly string[])].filter(date => !overrides.has(date));
  return {
    rrule: series.rrule,
    exdates: off.sort().map(date => brandId<OccurrenceStart>(date)),
    overrides: [...overrides]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([date, face]) => ({ occurrence: brandId<OccurrenceStart>(date), face })),
  };
}
const tidied = (face: Face): Face => ({ ...face, series: tidy(face.series) });

describe('taking a face apart and putting it together', () => {
  it('gives the same face, its dates in order', () => {
    fc.assert(
      fc.property(faces, face => {
        expect(withUnits(face, unitsOf(face))).toEqual(tidied(face));
      }),
      { numRuns: 300 },
    );
  });
  it('upon another face gives this one, where that one has no dates of its own', () => {
    fc.assert(
      fc.property(faces, faces, (face, other) => {
        const bare = { ...other, series: other.series && { ...other.series, exdates: [], overrides: [] } };
        expect(withUnits(bare, unitsOf(face))).toEqual(tidied(face));
      }),
      { numRuns: 300 },
    );
  });
  it('every unit of either side, upon the other, gives that side', () => {
    fc.assert(
      fc.property(faces, faces, (ours, theirs) => {
        const [left, right] = [unitsOf(ours), unitsOf(theirs)];
        const all = new Map(allUnits(left, right).map(unit => [unit, unitValue(left, unit)] as const));
        expect(withUnits(theirs, all)).toEqual(tidied(ours));
      }),
      { numRuns: 300 },
    );
  });
});
