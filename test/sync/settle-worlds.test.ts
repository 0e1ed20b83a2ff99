/** What settling may do to a base, over every small world of base, attempts and sight. */
import { describe, expect, it } from 'vitest';
import type { Face, Fields } from '../../src/model/face.ts';
import { attemptLifeMs, settleCopy } from '../../src/sync/settle.ts';
import {
  asIs,
  attemptOf,
  baseOf,
  but,
  copyOf,
  eleven,
  item,
  key,
  meeting,
  moved,
  noon,
  on,
  seen,
  tag,
  weekly,
} from './faces.ts';

const values = ['a', 'b', 'c'] as const;
const pairs = values.flatMap(title => values.map(place => ({ title, place })));

describe('settling, over every small world', () => {
  const attempts = [...values.flatMap(value => [{ title: value }, { place: value }]), ...pairs];

  it('moves a unit of the base only to what an attempt sent and the sight shows', () => {
    let worlds = 0;
    for (const sent of pairs) {
      for (const shown of pairs) {
        for (const there of pairs) {
          for (const fields of attempts) {
            worlds += 1;
            const copy = copyOf({ base: baseOf(but(sent), { seen: but(shown) }) });
            const settled = settleCopy(copy, seen(but(there)), [attemptOf('a1', fields)], asIs, 0);
            const units = Object.entries(fields) as ['title' | 'place', string][];
            const landed = new Set(units.filter(([field, value]) => there[field] === value).map(([field]) => field));
            for (const field of ['title', 'place'] as const) {
              const is = [settled.copy.base?.sent[field], settled.copy.base?.seen[field]];
              // What was shown already is no effect of this attempt.
              const moves = landed.has(field) && shown[field] !== there[field];
              const due = moves ? [there[field], there[field]] : [sent[field], shown[field]];
              if (String(is) !== String(due)) throw new Error(JSON.stringify({ sent, shown, there, fields, is, due }));
            }
            const done = landed.size === units.length ? ['a1'] : [];
            if (String(settled.done) !== String(done)) throw new Error(JSON.stringify({ sent, there, fields, done }));
          }
        }
      }
    }
    expect(worlds).toBe(9 * 9 * 9 * 15);
  });

  it('settles the same sight and attempts once and for all', () => {
    for (const there of pairs) {
      for (const first of attempts) {
        for (const second of attempts) {
          const open = [attemptOf('a1', first), attemptOf('a2', second)];
          const once = settleCopy(copyOf(), seen(but(there)), open, asIs, 0);
          const left = open.filter(one => !once.done.includes(one.id));
          const twice = settleCopy(once.copy, seen(but(there)), left, asIs, 0);
          if (JSON.stringify(twice.copy) !== JSON.stringify(once.copy) || twice.done.length > 0) {
            throw new Error(JSON.stringify({ there, first, second }));
          }
        }
      }
    }
  });
});

describe('what an attempt does to a copy', () => {
  it('an update of two fields of which one had its effect moves that one, and stays open', () => {
    const settled = settleCopy(copyOf(), seen(moved), [attemptOf('a1', { when: eleven, title: 'Big' })], asIs, 0);
    expect(settled.copy.base).toMatchObject({ sent: moved, seen: moved });
    expect(settled.done).toEqual([]);
  });
  it('what only came along in a write settles nothing', () => {
    const fields = { when: eleven, series: weekly({ off: ['22'] }).series };
    const write = attemptOf('a1', fields, { units: [`occurrence ${on('22')}`] });
    const there = but({ when: eleven }, weekly({ off: ['22'] }));
    const settled = settleCopy(copyOf({ base: baseOf(weekly()) }), seen(there), [write], asIs, 0);
    expect(settled.done).toEqual(['a1']);
    expect(settled.copy.base).toMatchObject({ sent: weekly({ off: ['22'] }), seen: weekly({ off: ['22'] }) });
  });
  it('a date put back to its hour settles by being plain', () => {
    const write = attemptOf(
      'a1',
      { when: meeting.when, series: weekly().series },
      { units: [`occurrence ${on('15')}`] },
    );
    const copy = copyOf({ base: baseOf(weekly({ at: { '15': noon } })) });
    const settled = settleCopy(copy, seen(weekly()), [write], asIs, 0);
    expect(settled).toMatchObject({ done: ['a1'], copy: { base: { sent: weekly(), seen: weekly() } } });
  });
  it('a clipped title settles as what was sent and what is shown of it', () => {
    const clip = (fields: Fields) =>
      fields.title === undefined ? fields : { ...fields, title: fields.title.slice(0, 3) };
    const write = attemptOf('a1', { title: 'Big meeting' });
    const settled = settleCopy(copyOf(), seen(but({ title: 'Big' })), [write], clip, 0);
    expect(settled).toMatchObject({
      done: ['a1'],
      copy: { base: { sent: { title: 'Big meeting' }, seen: { title: 'Big' } } },
    });
  });
  it('a create takes the version that the mark names', () => {
    const copy = copyOf({ state: 'wanted', base: null, remoteId: null });
    const sight = seen(meeting, { marker: { key, version: 7 } });
    const settled = settleCopy(copy, sight, [attemptOf('a1', meeting, { verb: 'create' })], asIs, 0);
    expect(settled.copy).toMatchObject({ state: 'placed', remoteId: item, base: { eventVersion: 7 } });
  });
  it('a create without a mark to read is of no version', () => {
    const copy = copyOf({ state: 'wanted', base: null, remoteId: null });
    const settled = settleCopy(
      copy,
      seen(meeting, { marker: null }),
      [attemptOf('a1', meeting, { verb: 'create' })],
      asIs,
      0,
    );
    expect(settled.copy.base?.eventVersion).toBe(0);
  });
  it('a create of which something is missing on record settles nothing', () => {
    const { busy: _, ...most } = meeting;
    const copy = copyOf({ state: 'wanted', base: null });
    const settled = settleCopy(copy, seen(meeting), [attemptOf('a1', most, { verb: 'create' })], asIs, 0);
    expect(settled).toEqual({ copy, done: [], expired: [] });
  });
  it('an update of a copy without any agreement settles nothing', () => {
    const copy = copyOf({ base: null });
    expect(settleCopy(copy, seen(moved), [attemptOf('a1', { when: eleven })], asIs, 0)).toMatchObject({
      copy,
      done: [],
    });
  });
  it('a removal settles nothing while its item is still there', () => {
    const remove = attemptOf('a1', {}, { verb: 'remove' });
    expect(settleCopy(copyOf(), seen(meeting), [remove], asIs, 0).done).toEqual([]);
  });
  it('nothing there settles nothing', () => {
    const copy = copyOf();
    expect(settleCopy(copy, null, [attemptOf('a1', { when: eleven })], asIs, 0)).toEqual({
      copy,
      done: [],
      expired: [],
    });
  });
  it('one whose title is cut to what is shown anyway does not take the base back', () => {
    const clip = (fields: Fields) =>
      fields.title === undefined ? fields : { ...fields, title: fields.title.slice(0, 4) };
    const copy = copyOf({ base: baseOf(but({ title: 'Tone, blue' }), { seen: but({ title: 'Tone' }) }) });
    const write = attemptOf('a1', { title: 'Tone, red', when: noon });
    const settled = settleCopy(copy, seen(but({ title: 'Tone' })), [write], clip, 0);
    expect(settled).toMatchObject({ done: [], copy: { base: { sent: { title: 'Tone, blue' } } } });
  });
  it('stays open at a provider that takes late writes, although its effect is seen', () => {
    const settled = settleCopy(copyOf(), seen(moved), [attemptOf('a1', { when: eleven })], asIs, 0, {
      conditional: false,
      idsReusable: true,
    });
    expect(settled).toMatchObject({ done: [], copy: { base: { sent: moved, seen: moved } } });
  });
  it('of two attempts at one field the one that is seen counts', () => {
    const open = [attemptOf('a1', { when: eleven }), attemptOf('a2', { when: noon })];
    const settled = settleCopy(copyOf(), seen(moved), open, asIs, 0);
    expect(settled).toMatchObject({ done: ['a1'], copy: { base: { sent: moved, seen: moved } } });
  });
  it('lives a day: at the day’s end it is still open, a moment later it is not', () => {
    const open = [attemptOf('a1', { when: eleven })];
    expect(settleCopy(copyOf(), seen(meeting), open, asIs, attemptLifeMs).expired).toEqual([]);
    expect(settleCopy(copyOf(), seen(meeting), open, asIs, attemptLifeMs + 1).expired).toEqual(['a1']);
  });
  it('that had its effect is done, however old', () => {
    const settled = settleCopy(copyOf(), seen(moved), [attemptOf('a1', { when: eleven })], asIs, attemptLifeMs + 1);
    expect(settled).toMatchObject({ done: ['a1'], expired: [] });
  });
});

describe('where a copy stands once its item is seen', () => {
  const states = { wanted: 'placed', placed: 'placed', hidden: 'placed', removed: 'removed', stuck: 'stuck' } as const;
  for (const [state, due] of Object.entries(states) as [keyof typeof states, string][]) {
    it(`one that was ${state} is ${due}`, () => {
      expect(settleCopy(copyOf({ state }), seen(meeting), [], asIs, 0).copy.state).toBe(due);
    });
  }
});

describe('what a write was expected to show', () => {
  const guess = (face: Face, changes: Parameters<typeof baseOf>[1] = {}) =>
    copyOf({ base: baseOf(face, { tag: tag('t2'), guessed: ['when', `occurrence ${on('15')}`], ...changes }) });
  it('is corrected in the units that were written and in no other', () => {
    const there = but({ when: noon, title: 'Cat' }, weekly());
    const settled = settleCopy(guess(weekly()), seen(there, { tag: tag('t2') }), [], asIs, 0);
    expect(settled.copy.base).toMatchObject({ seen: but({ when: noon }, weekly()), guessed: [] });
  });
  it('is corrected date by date', () => {
    const settled = settleCopy(guess(weekly()), seen(weekly({ off: ['15', '22'] }), { tag: tag('t2') }), [], asIs, 0);
    expect(settled.copy.base?.seen.series?.exdates).toEqual([on('15')]);
  });
  it('is left as it was under a write that gave no tag', () => {
    const copy = guess(moved, { tag: null });
    const settled = settleCopy(copy, seen(but({ when: noon }), { tag: tag('t2') }), [], asIs, 0);
    expect(settled.copy.base).toMatchObject({ seen: moved, guessed: [] });
  });
});
