/**
 * The least that a provider, a store and an office do with a plan, for properties over many rounds: items are shown in
 * the provider's own form, replies get lost, every value that a person typed is known.
 */
import type { Attempt, Copy, Met, Present } from '../../src/model/copy.ts';
import type { Face, Fields } from '../../src/model/face.ts';
import { canonFace } from '../../src/sync/merge.ts';
import { type CopyPlan, type CopyRules, type Meeting, planCopy, type Step } from '../../src/sync/plan.ts';
import { settleCopy } from '../../src/sync/settle.ts';
import { allUnits, type Unit, unitsOf } from '../../src/sync/units.ts';
import { attemptOf, baseOf, item as itemId, key, seen, tag } from './faces.ts';

/** How a call ends: as told, or with its reply lost, done or not. */
export type Fate = 'ok' | 'lost-done' | 'lost-undone';

export type World = Readonly<{
  wanted: Face | null;
  copy: Copy | null;
  /** What stands in the calendar; null: nothing. `bumps` makes its tag. */
  item: Face | null;
  bumps: number;
  attempts: readonly Attempt[];
  /** Every value that came to the office: into the schedule, or onto a card. */
  heard: readonly Readonly<{ unit: Unit; value: unknown; as: Meeting['kind'] | 'import' }>[];
  writes: number;
}>;

export type Provider = Readonly<{
  rules: CopyRules;
  /** What the engine is told of the provider's habits. */
  canon(fields: Fields): Fields;
  /** What the provider does. */
  show(face: Face): Face;
}>;

const sight = ({ item, bumps }: World): Present | null =>
  item && seen(item, { tag: tag(`t${bumps}`), marker: { key, version: 1 } });

/** Looks at the item, settles, plans. */
export function planWorld(world: World, { rules, canon }: Provider): Readonly<{ world: World; plan: CopyPlan }> {
  const observed = sight(world);
  const settled = world.copy && settleCopy(world.copy, observed, world.attempts, canon, 0);
  const attempts = world.attempts.filter(attempt => !settled?.done.includes(attempt.id));
  const copy = settled?.copy ?? null;
  const absent = copy?.remoteId ? ({ kind: 'gone', remoteId: copy.remoteId } as const) : null;
  const sides = {
    wanted: world.wanted,
    observed: observed ?? absent,
    copy,
    pending: [],
    tried: attempts.map(one => one.fields),
  };
  const plan = planCopy({ ...sides, canon, rules, wantedHash: 'h1' });
  return { world: { ...world, copy, attempts }, plan };
}

/** First what concerns our side alone, then the calls, each to its fate. */
export function applyPlan(world: World, plan: CopyPlan, provider: Provider, fate: Fate, fresh: Copy): World {
  const heard = plan.meetings.flatMap(({ kind, met }) =>
    met.map(one => ({ unit: unitOf(one), value: one.theirs, as: kind })),
  );
  const start = { ...world, heard: [...world.heard, ...heard] };
  const local = plan.steps.reduce<World>((before, step) => applyLocally(before, step), start);
  return plan.steps.reduce<World>((before, step) => applyRemotely(before, step, provider, fate, fresh), local);
}

const unitOf = ({ field, occurrence }: Met): Unit => {
  if (occurrence !== null) return `occurrence ${occurrence}`;
  return field === 'series' ? 'rule' : field;
};

function applyLocally(world: World, step: Step): World {
  const { copy } = world;
  switch (step.do) {
    case 'import': {
      const taken = step.met.map(one => ({ unit: unitOf(one), value: one.theirs, as: 'import' as const }));
      return {
        ...world,
        wanted: world.wanted && { ...world.wanted, ...step.fields },
        heard: [...world.heard, ...taken],
      };
    }
    case 'agree': {
      const base = baseOf(step.sent, { seen: step.seen, tag: tag(`t${world.bumps}`) });
      return { ...world, copy: copy && { ...copy, state: 'placed', base } };
    }
    case 'hide':
      return { ...world, copy: copy && { ...copy, state: 'hidden' } };
    case 'forget':
      return { ...world, copy: copy && { ...copy, state: 'removed', base: null } };
    default:
      return world;
  }
}

/** Journal, call, record: what is not recorded is left to the next look. */
function applyRemotely(world: World, step: Step, { show, canon }: Provider, fate: Fate, fresh: Copy): World {
  if (step.do !== 'create' && step.do !== 'update' && step.do !== 'remove') return world;
  const before = { ...world, writes: world.writes + 1 };
  if (step.do === 'remove') {
    const item = fate === 'lost-undone' ? world.item : null;
    const copy = world.copy && { ...world.copy, state: 'removed' as const, base: null, remoteId: null };
    return { ...before, item, copy: fate === 'ok' ? copy : world.copy };
  }
  const made = step.do === 'create' ? fresh : (world.copy ?? fresh);
  const fields = step.do === 'create' ? step.face : step.fields;
  const units = step.do === 'create' ? allUnits(unitsOf(step.face)) : step.units;
  const attempt = attemptOf(`w${world.writes}`, fields, { verb: step.do, units });
  const face = step.do === 'create' ? step.face : world.item && { ...world.item, ...step.fields };
  const item = fate === 'lost-undone' || face === null ? world.item : show(face);
  const bumps = fate === 'lost-undone' ? world.bumps : world.bumps + 1;
  // A create whose reply was lost is found by its key: its copy knows the item's id then.
  const known = { ...made, remoteId: item === null ? made.remoteId : itemId };
  if (fate !== 'ok') return { ...before, item, bumps, copy: known, attempts: [...world.attempts, attempt] };
  const sent = step.do === 'create' ? step.face : step.sent;
  const shown = step.do === 'create' ? canonFace(step.face, canon) : step.seen;
  const base = baseOf(sent, { seen: shown, tag: tag(`t${bumps}`), guessed: units });
  return { ...before, item, bumps, copy: { ...known, state: 'placed', base, declined: [] } };
}
