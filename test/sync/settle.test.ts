import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/model/copy.ts';
import { allFields, type Face } from '../../src/model/face.ts';
import type { AttemptId } from '../../src/model/ids.ts';
import { mergeFaces } from '../../src/sync/merge.ts';
import { attemptLifeMs, settleCopy } from '../../src/sync/settle.ts';
import { allUnits, unitsOf } from '../../src/sync/units.ts';
import { asIs, baseOf, calendar, copyOf, eleven, key, meeting, noon, seen, tag } from './faces.ts';

const attempt = (verb: Attempt['verb'], fields: Attempt['fields'], changes: Partial<Attempt> = {}): Attempt => ({
  id: 'a1' as AttemptId,
  calendarId: calendar,
  key,
  verb,
  fields,
  units: allUnits(unitsOf(fields)),
  startedAt: 0,
  outcome: 'open',
  ...changes,
});
const moved: Face = { ...meeting, when: eleven };

describe('an attempt whose reply never came', () => {
  it('S35 a create that had its effect is taken as the agreement', () => {
    const copy = copyOf({ state: 'wanted', base: null, remoteId: null });
    const settled = settleCopy(copy, seen(meeting), [attempt('create', meeting)], asIs, 0);
    expect(settled.copy).toMatchObject({ state: 'placed', base: { sent: meeting, seen: meeting, tag: 't1' } });
    expect(settled.done).toEqual(['a1']);
  });
  it('a create that a person edited at once leaves their edit visible', () => {
    const copy = copyOf({ state: 'wanted', base: null, remoteId: null });
    const { copy: settled } = settleCopy(copy, seen(moved), [attempt('create', meeting)], asIs, 0);
    const verdicts = mergeFaces({
      base: settled.base,
      wanted: meeting,
      seen: moved,
      pending: [],
      canon: asIs,
      fields: allFields,
    });
    expect(verdicts).toMatchObject([{ unit: 'when', verdict: 'theirs', theirs: eleven }]);
  });
  it('S23 an update that had its effect moves the base', () => {
    const settled = settleCopy(
      copyOf(),
      seen(moved, { tag: tag('t2') }),
      [attempt('update', { when: eleven })],
      asIs,
      0,
    );
    expect(settled.copy.base).toMatchObject({ sent: moved, seen: moved });
    expect(settled.done).toEqual(['a1']);
  });
  it('S21 an update without effect leaves the base where it was, and the attempt open', () => {
    const settled = settleCopy(copyOf(), seen(meeting), [attempt('update', { when: eleven })], asIs, 0);
    expect(settled.copy.base).toEqual(baseOf(meeting));
    expect(settled.done).toEqual([]);
  });
  it('a late commit of a superseded write is ours, not an edit by a person', () => {
    const copy = copyOf({ base: baseOf({ ...meeting, when: noon }) });
    const { copy: settled } = settleCopy(copy, seen(moved), [attempt('update', { when: eleven })], asIs, 0);
    const wanted = { ...meeting, when: noon };
    const verdicts = mergeFaces({
      base: settled.base,
      wanted,
      seen: moved,
      pending: [],
      canon: asIs,
      fields: allFields,
    });
    expect(verdicts).toMatchObject([{ unit: 'when', verdict: 'ours' }]);
  });
  it('is given up after a day', () => {
    expect(settleCopy(copyOf(), null, [attempt('update', {})], asIs, attemptLifeMs + 1).expired).toEqual(['a1']);
  });
});

describe('a write that was confirmed without being shown', () => {
  const guessed = baseOf(moved, { seen: moved, tag: tag('t2'), guessed: ['when', 'title'] });
  it('takes what is shown under the same tag as the provider’s form of it', () => {
    const shown = { ...moved, title: 'Production m' };
    const { copy } = settleCopy(copyOf({ base: guessed }), seen(shown, { tag: tag('t2') }), [], asIs, 0);
    expect(copy.base).toMatchObject({ sent: moved, seen: shown, guessed: [] });
  });
  it('S22 under another tag somebody edited in between: the difference is theirs', () => {
    const shown = { ...moved, title: 'Cat meeting' };
    const { copy } = settleCopy(copyOf({ base: guessed }), seen(shown, { tag: tag('t3') }), [], asIs, 0);
    expect(copy.base).toMatchObject({ seen: moved, guessed: [] });
  });
});
