/**
 * The brakes. More than 5 copies *and* over 20 % of a calendar removed or re-timed in one plan is not a day's work but
 * a mistake somewhere: such steps are held, by either side, until a person releases them; other changes go on. A
 * calendar that came back empty, or that remembers more than our store does, is halted whole. Pure.
 */
import type { EventId } from '../model/ids.ts';
import type { CopyPlan, HoldReason, Step } from './plan.ts';

/** Source of the figures: design.md section 3, invariant 2. */
const brakeSettings = { copies: 5, share: 0.2 } as const;

type Planned = Readonly<{ event: EventId; plan: CopyPlan }>;

export type BrakeInput<Entry extends Planned> = Readonly<{
  plans: readonly Entry[];
  /** Copies that were in place before this plan. */
  placed: number;
  /** Of those, how many the calendar no longer holds. */
  vanished: number;
  /** Leftovers that are to be swept from it. */
  leftovers?: number;
  /** Taken away earlier in the same run, whose later plans must not add up to what one plan may not do. */
  removed?: number;
  /** A mark of a version that our store has never had: the store is older than the calendar. */
  newerMarker: boolean;
  /** A person has looked at it and said: go on. */
  released: boolean;
}>;

export type Brake = Readonly<{ kind: 'halt' | 'hold'; reason: BrakeReason; affected: number; placed: number }>;
export type BrakeReason = 'everything-vanished' | 'newer-marker' | 'many-vanished' | 'many-removed' | 'many-moved';

export type Braked<Entry extends Planned> = Readonly<{
  plans: readonly Entry[];
  /** Whether leftovers may be swept. */
  sweeps: boolean;
  /** null: nothing was stopped. */
  brake: Brake | null;
}>;

function overLimit(affected: number, placed: number): boolean {
  return affected > brakeSettings.copies && affected > placed * brakeSettings.share;
}

/** Lets the plans through, holds the dangerous steps of them, or halts the calendar. */
export function applyBrakes<Entry extends Planned>(input: BrakeInput<Entry>): Braked<Entry> {
  const { plans, leftovers = 0, removed = 0 } = input;
  const placed = input.placed + removed;
  if (input.released) return { plans, sweeps: true, brake: null };
  const halt = (reason: BrakeReason, affected: number): Braked<Entry> => ({
    plans: [],
    sweeps: false,
    brake: { kind: 'halt', reason, affected, placed },
  });
  if (input.newerMarker) return halt('newer-marker', placed);
  if (input.vanished > 1 && input.vanished === input.placed) return halt('everything-vanished', placed);
  const checks: readonly Check[] = [
    { reason: 'many-vanished', affected: input.vanished, held: isVanishing, why: 'held-deletion' },
    {
      reason: 'many-removed',
      affected: countSteps(plans, isRemoval) + leftovers + removed,
      held: isRemoval,
      why: 'held-deletion',
    },
    { reason: 'many-moved', affected: countSteps(plans, isMove), held: isMove, why: 'held-move' },
  ];
  let going = plans;
  let brake: Brake | null = null;
  let sweeps = true;
  for (const check of checks) {
    if (!overLimit(check.affected, placed)) continue;
    going = going.map(entry => holdSteps(entry, check));
    if (check.reason === 'many-removed') sweeps = false;
    brake ??= { kind: 'hold', reason: check.reason, affected: check.affected, placed };
  }
  return { plans: going, sweeps, brake };
}

type Check = Readonly<{ reason: BrakeReason; affected: number; held: (step: Step) => boolean; why: HoldReason }>;

/** What our side does about copies that are gone there. */
const isVanishing = (step: Step) => step.do === 'hide' || (step.do === 'create' && step.anew);
const isRemoval = (step: Step) => step.do === 'remove' && step.why === 'cancelled';
const isMove = (step: Step) =>
  (step.do === 'update' && step.units.includes('when')) || (step.do === 'import' && step.fields.when !== undefined);

function countSteps(plans: readonly Planned[], which: (step: Step) => boolean): number {
  return plans.filter(({ plan }) => plan.steps.some(which)).length;
}

function holdSteps<Entry extends Planned>(entry: Entry, { held, why }: Check): Entry {
  if (!entry.plan.steps.some(held)) return entry;
  return { ...entry, plan: { steps: [{ do: 'hold', why }], meetings: [] } };
}

/** A copy written this often within an hour stops itself: something rewrites it after us. */
const churnLimit = 10;
const churnWindowMs = 60 * 60 * 1000;

export function isChurning(writes: readonly number[], now: number): boolean {
  return writes.filter(at => now - at < churnWindowMs).length >= churnLimit;
}
