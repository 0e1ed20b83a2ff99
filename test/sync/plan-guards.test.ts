/** The finer points of what a plan may touch: items with our mark, and the brakes. */
import { describe, expect, it } from 'vitest';
import type { Copy } from '../../src/model/copy.ts';
import { brandId, type EventId, type RemoteId } from '../../src/model/ids.ts';
import { applyBrakes, type BrakeInput, isChurning } from '../../src/sync/guard.ts';
import type { CopyPlan, Meeting, Step } from '../../src/sync/plan.ts';
import { judgeStrays, keysOf } from '../../src/sync/stray.ts';
import { calendar, copyOf, event, item, keyOf, meeting, production, seen } from './faces.ts';

const [first, second] = ['/c02/first.ics', '/c02/second.ics'].map(path => brandId<RemoteId>(path)) as [
  RemoteId,
  RemoteId,
];
const stray = (remoteId: RemoteId, generation = 0) =>
  seen(meeting, { remoteId, marker: { key: keyOf(generation), version: 1 } });

function judged(copies: readonly Copy[], marked: readonly ReturnType<typeof stray>[], living: readonly RemoteId[]) {
  const map = new Map<EventId, Copy>(copies.map(copy => [copy.eventId, copy]));
  return judgeStrays(marked, keysOf(production, calendar, [event], map), map, new Set(living)).map(one => one.do);
}

describe('several items with the mark of one event', () => {
  const both = [stray(first), stray(second)];
  it('with nothing on record: one is the event’s, the other a person’s duplicate', () => {
    expect(judged([], both, [first, second])).toEqual(['adopt', 'unmark']);
  });
  it('whose own item is gone: one is followed, the other a person’s duplicate', () => {
    expect(judged([copyOf()], both, [first, second])).toEqual(['adopt', 'unmark']);
  });
  it('of two generations, the earlier is a leftover', () => {
    const copies = [copyOf({ generation: 2, key: keyOf(2), remoteId: null })];
    expect(judged(copies, [stray(first, 1), stray(second, 2)], [first, second])).toEqual(['remove', 'adopt']);
  });
  it('an item that is there under the copy’s own id is no duplicate of itself', () => {
    expect(judged([copyOf()], [stray(item)], [item])).toEqual(['adopt']);
  });
});

type Entry = Readonly<{ event: EventId; plan: CopyPlan }>;
const card: Meeting = { kind: 'proposal', met: [] };
const plansOf = (count: number, ...steps: Step[]): Entry[] =>
  Array.from({ length: count }, (_, index) => ({
    event: brandId<EventId>(`E${index}`),
    plan: { steps, meetings: [card] },
  }));
const remove = (why: 'cancelled' | 'orphan'): Step => ({ do: 'remove', remoteId: item, tag: null, why });
const take: Step = { do: 'import', fields: { when: meeting.when }, met: [] };
const create = (anew: boolean): Step => ({ do: 'create', face: meeting, anew });
const run = (plans: readonly Entry[], changes: Partial<BrakeInput<Entry>> = {}) =>
  applyBrakes({ plans, placed: 20, vanished: 0, newerMarker: false, released: false, ...changes });
const left = (plans: readonly Entry[]) => plans.flatMap(one => one.plan.steps.map(step => step.do));

describe('what a brake holds', () => {
  it('leftovers are swept, however many', () => {
    expect(run(plansOf(9, remove('orphan'))).brake).toBeNull();
  });
  it('of many that vanished, those that would be made anew are held and new events are made', () => {
    const braked = run([...plansOf(7, create(true)), ...plansOf(2, create(false))], { vanished: 7 });
    expect(left(braked.plans)).toEqual([...Array(7).fill('hold'), 'create', 'create']);
  });
  it('many that a person moved and that would be taken are held', () => {
    expect(run(plansOf(6, take)).brake).toEqual({ kind: 'hold', reason: 'many-moved', affected: 6, placed: 20 });
  });
  it('what is held opens no card: nothing of it has happened', () => {
    expect(run(plansOf(6, remove('cancelled'))).plans.flatMap(one => one.plan.meetings)).toEqual([]);
    expect(run(plansOf(5, remove('cancelled'))).plans.flatMap(one => one.plan.meetings)).toHaveLength(5);
  });
  it('of two reasons the graver is told, and both are held', () => {
    const braked = run([...plansOf(6, remove('cancelled')), ...plansOf(6, take)]);
    expect(braked.brake?.reason).toBe('many-removed');
    expect(left(braked.plans)).toEqual(Array(12).fill('hold'));
  });
  it('one copy that vanished is no empty calendar', () => {
    expect(run(plansOf(1, { do: 'hide' }), { placed: 1, vanished: 1 }).brake).toBeNull();
    expect(run(plansOf(2, { do: 'hide' }), { placed: 2, vanished: 2 }).brake?.kind).toBe('halt');
  });
  it('a fifth of the copies is a day’s work, one more is not', () => {
    expect(run(plansOf(6, remove('cancelled')), { placed: 30 }).brake).toBeNull();
    expect(run(plansOf(7, remove('cancelled')), { placed: 30 }).brake?.kind).toBe('hold');
  });
  it('a write an hour ago no longer counts as churn', () => {
    const writes = Array.from({ length: 10 }, () => 0);
    expect(isChurning(writes, 60 * 60 * 1000 - 1)).toBe(true);
    expect(isChurning(writes, 60 * 60 * 1000)).toBe(false);
  });
});
