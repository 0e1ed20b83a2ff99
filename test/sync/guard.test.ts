import { describe, expect, it } from 'vitest';
import type { EventId } from '../../src/model/ids.ts';
import { applyBrakes, type BrakeInput, isChurning } from '../../src/sync/guard.ts';
import type { CopyPlan, Step } from '../../src/sync/plan.ts';
import { item, meeting } from './faces.ts';

type Entry = { event: EventId; plan: CopyPlan };
const plansOf = (count: number, step: Step): Entry[] =>
  Array.from({ length: count }, (_, index) => ({
    event: `E${index}` as EventId,
    plan: { steps: [step], meetings: [] },
  }));
const remove: Step = { do: 'remove', remoteId: item, tag: null, why: 'cancelled' };
const create: Step = { do: 'create', face: meeting, anew: false };
const retime: Step = {
  do: 'update',
  remoteId: item,
  tag: null,
  fields: { when: meeting.when },
  units: ['when'],
  sent: meeting,
  seen: meeting,
};
const rename: Step = { ...retime, fields: { title: 'x' }, units: ['title'] };
const hide: Step = { do: 'hide' };
const run = (plans: Entry[], changes: Partial<BrakeInput<Entry>> = {}) =>
  applyBrakes({ plans, placed: 20, vanished: 0, newerMarker: false, released: false, ...changes });
const left = (entries: readonly Entry[]) => entries.flatMap(entry => entry.plan.steps.map(step => step.do));

describe('brakes', () => {
  it('S5 six of twenty copies removed at once are held, and what else is planned goes on', () => {
    const braked = run([...plansOf(6, remove), ...plansOf(3, rename)]);
    expect(braked.brake).toEqual({ kind: 'hold', reason: 'many-removed', affected: 6, placed: 20 });
    expect(left(braked.plans)).toEqual([...Array(6).fill('hold'), 'update', 'update', 'update']);
  });
  it('S5 five of twenty are a day of work', () => {
    expect(run(plansOf(5, remove)).brake).toBeNull();
  });
  it('S5 six of a hundred are under the share', () => {
    expect(run(plansOf(6, remove), { placed: 100 }).brake).toBeNull();
  });
  it('S5 six of twenty deleted by their owner are not carried over one by one', () => {
    const braked = run(plansOf(6, hide), { vanished: 6 });
    expect(braked.brake?.reason).toBe('many-vanished');
    expect(left(braked.plans)).toEqual(Array(6).fill('hold'));
  });
  it('many copies re-timed at once are held', () => {
    expect(run(plansOf(7, retime)).brake?.reason).toBe('many-moved');
  });
  it('many copies renamed at once are not', () => {
    expect(run(plansOf(20, rename)).brake).toBeNull();
  });
  it('S3 a calendar that came back empty is halted whole', () => {
    const braked = run([...plansOf(20, hide), ...plansOf(2, create)], { vanished: 20 });
    expect(braked).toEqual({
      plans: [],
      sweeps: false,
      brake: { kind: 'halt', reason: 'everything-vanished', affected: 20, placed: 20 },
    });
  });
  it('S4 an empty calendar without copies is no alarm', () => {
    expect(run(plansOf(30, create), { placed: 0 })).toMatchObject({ brake: null });
  });
  it('a mark newer than the store halts the calendar', () => {
    expect(run(plansOf(1, rename), { newerMarker: true }).brake?.kind).toBe('halt');
  });
  it('what a person has released goes through', () => {
    expect(left(run(plansOf(20, remove), { released: true }).plans)).toEqual(Array(20).fill('remove'));
  });
  it('S29 ten writes of one copy within an hour are churn, ten in a day are not', () => {
    const minute = 60_000;
    expect(
      isChurning(
        Array.from({ length: 10 }, (_, n) => n * minute),
        10 * minute,
      ),
    ).toBe(true);
    expect(
      isChurning(
        Array.from({ length: 10 }, (_, n) => n * 30 * minute),
        300 * minute,
      ),
    ).toBe(false);
  });
});
