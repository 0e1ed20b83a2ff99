/**
 * The case table of `planCopy`. A row names a situation in a sentence and says in a few words what is done, the same
 * in every mode or one answer a mode. Whatever is written, taken or put on a card is checked value by value as well.
 *
 * `write title` an update of that unit; `take title` into the schedule; `agree title` the base follows; `create`,
 * `create anew`, `remove`, `hide`, `forget`, `hold stuck`; then the cards: `conflict title`, `proposal title`, `restored
 * title`, `orphaned-edit title`. A date of a series is named by its day of March; nothing to be done is an empty answer.
 */
import { describe, expect, it } from 'vitest';
import type { Copy, Observed } from '../../src/model/copy.ts';
import { allFields, type Face, type Field, type Fields } from '../../src/model/face.ts';
import {
  type CopyPlan,
  type CopyRules,
  type Meeting,
  type PlanInput,
  planCopy,
  type Step,
} from '../../src/sync/plan.ts';
import { settleCopy } from '../../src/sync/settle.ts';
import { allUnits, fieldOf, type Unit, unitsOf, unitValue } from '../../src/sync/units.ts';
import { asIs, attemptOf, baseOf, copyOf, item, meeting, rules, seen as sightOf } from './faces.ts';

const modes = {
  propose: rules('propose'),
  accept: rules('accept'),
  restore: rules('restore'),
  publish: rules('accept', 'publish'),
} satisfies Record<string, CopyRules>;
type Mode = keyof typeof modes;

export type Row = Readonly<{
  /** What the schedule says. Default: the meeting. null: it has left this calendar. */
  wanted?: Face | null;
  /** What was last agreed, as sent. Default: the meeting. null: nothing is known of an agreement. */
  base?: Face | null;
  /** What the provider showed of it then. Default: the same. */
  shown?: Face;
  /** What is there now. Default: what was shown. null: not looked at. */
  seen?: Face | 'gone' | 'unreadable' | null;
  /** Default: placed. null: there never was a copy. */
  state?: Copy['state'] | null;
  /** What attempts without a reply were sending. */
  pending?: readonly Fields[];
  declined?: Fields;
  /** Fields the provider can show. */
  fields?: readonly Field[];
  canon?: (fields: Fields) => Fields;
  /** The face that the provider refused; `this` one is the one that is wanted. */
  refused?: 'this' | 'another' | null;
  says: string | Readonly<Record<Mode, string>>;
}>;
export type Rows = Readonly<Record<string, Row>>;

/** One test a row and mode, under the row's sentence. */
export function playRows(subject: string, rows: Rows): void {
  describe(subject, () => {
    for (const [sentence, row] of Object.entries(rows)) {
      for (const [mode, said] of answers(row)) {
        it(`${sentence} [${mode}]`, () => {
          const given = inputOf(row, mode);
          const plan = planCopy(given);
          expect(tell(plan, given)).toBe(said);
          checkValues(plan, given);
        });
      }
    }
  });
}

/** The rows of a table, counted once a mode. */
export const countCases = (rows: Rows) => Object.values(rows).reduce((sum, row) => sum + answers(row).length, 0);

function answers({ says }: Row): [Mode, string][] {
  return (Object.keys(modes) as Mode[]).map(mode => [mode, typeof says === 'string' ? says : says[mode]]);
}

function inputOf(row: Row, mode: Mode): PlanInput {
  const { wanted = meeting, base = meeting, state = 'placed', canon = asIs, pending = [], refused = null } = row;
  const shown = row.shown ?? base ?? meeting;
  const copy = copyOf({
    base: base && baseOf(base, { seen: shown }),
    state: state ?? 'placed',
    declined: declinedOf(row.declined ?? {}),
    stuckOn: refused === null ? null : refused === 'this' ? 'h1' : 'h0',
  });
  const observed = observedOf(row.seen === undefined ? shown : row.seen);
  const fields = row.fields ?? allFields;
  const settled = settle(copy, observed, pending, canon);
  const given = { wanted, observed, tried: pending, canon, rules: { ...modes[mode], fields }, wantedHash: 'h1' };
  return { ...given, ...settled, copy: state === null ? null : settled.copy };
}

const declinedOf = (fields: Fields): Copy['declined'] => [...unitsOf(fields)].map(([unit, value]) => ({ unit, value }));

/** As a run does it: what attempts had their effect is settled before anything is planned. */
function settle(copy: Copy, observed: Observed | null, pending: readonly Fields[], canon: (fields: Fields) => Fields) {
  const attempts = pending.map((fields, index) => attemptOf(`a${index}`, fields));
  const present = observed?.kind === 'present' ? observed : null;
  const settled = settleCopy(copy, present, attempts, canon, 0);
  const open = attempts.filter(attempt => !settled.done.includes(attempt.id));
  // Without an attempt the copy stands as the row says.
  return { copy: attempts.length > 0 ? settled.copy : copy, pending: open.map(attempt => attempt.fields) };
}

function observedOf(seen: Face | 'gone' | 'unreadable' | null): Observed | null {
  if (seen === 'gone') return { kind: 'gone', remoteId: item };
  if (seen === 'unreadable') return { kind: 'unreadable', remoteId: item, tag: null, problem: 'bad date' };
  return seen && sightOf(seen);
}

const nameOf = (unit: string) => unit.replace(/^occurrence \d{4}-\d\d-(\d\d)T10:00:00$/, '$1');
const nameAll = (units: readonly string[]) => units.map(nameOf).join(', ');
const unitOf = ({ field, occurrence }: Meeting['met'][number]): Unit => {
  if (occurrence !== null) return `occurrence ${occurrence}`;
  return field === 'series' ? 'rule' : field;
};
const differing = (a: Face, b: Face): Unit[] => {
  const [left, right] = [unitsOf(a), unitsOf(b)];
  return allUnits(left, right).filter(
    unit => JSON.stringify(unitValue(left, unit)) !== JSON.stringify(unitValue(right, unit)),
  );
};

function tell({ steps, meetings }: CopyPlan, { copy }: PlanInput): string {
  const base = copy?.base ?? null;
  const words = (step: Step): string => {
    switch (step.do) {
      case 'create':
        return step.anew ? 'create anew' : 'create';
      case 'update':
        return `write ${nameAll(step.units)}`;
      case 'import':
        return `take ${nameAll(step.met.map(unitOf))}`;
      case 'agree': {
        const units = base && new Set([...differing(step.sent, base.sent), ...differing(step.seen, base.seen)]);
        return units ? `agree ${nameAll([...units].sort())}` : 'agree';
      }
      case 'hold':
        return `hold ${step.why}`;
      default:
        return step.do;
    }
  };
  const cards = meetings.map(({ kind, met }) => `${kind} ${nameAll(met.map(unitOf))}`);
  return [...steps.map(words), ...cards].join('; ');
}

/** Values: ours are written, theirs are taken or on a card, and nothing else of the item is touched. */
function checkValues({ steps, meetings }: CopyPlan, { wanted, observed, copy, canon }: PlanInput): void {
  const ours = unitsOf(wanted ?? copy?.base?.sent ?? {});
  const there = unitsOf(observed?.kind === 'present' ? observed.face : {});
  const shown = unitsOf(copy?.base?.seen ?? {});
  for (const step of steps) {
    if (step.do === 'create') expect(step.face).toEqual(wanted);
    if (step.do === 'remove') expect(step).toMatchObject({ remoteId: item, tag: 't1', why: 'cancelled' });
    if (step.do === 'import') {
      const taken = unitsOf(step.fields);
      const units = step.met.map(unitOf);
      for (const unit of units) expect(unitValue(taken, unit)).toEqual(unitValue(there, unit));
      for (const unit of taken.keys()) {
        if (!units.includes(unit)) expect(unitValue(taken, unit)).toEqual(unitValue(ours, unit));
      }
    }
    if (step.do === 'update') {
      expect(step).toMatchObject({ remoteId: item, tag: 't1' });
      const fields = new Set(step.units.map(fieldOf));
      if (fields.has('series')) fields.add('when');
      expect(new Set(Object.keys(step.fields))).toEqual(fields);
      const written = unitsOf(step.fields);
      const after = unitsOf(canon(step.fields));
      for (const unit of allUnits(written, ours)) {
        if (!fields.has(fieldOf(unit))) continue;
        const source = step.units.includes(unit) ? ours : there;
        expect(unitValue(written, unit)).toEqual(unitValue(source, unit));
      }
      for (const unit of step.units) {
        expect(unitValue(unitsOf(step.sent), unit)).toEqual(unitValue(ours, unit));
        expect(unitValue(unitsOf(step.seen), unit)).toEqual(unitValue(after, unit));
      }
    }
  }
  for (const met of meetings.flatMap(one => one.met)) {
    const unit = unitOf(met);
    expect(met).toMatchObject({ field: fieldOf(unit), ours: unitValue(ours, unit), theirs: unitValue(there, unit) });
    expect(met.base).toEqual(copy?.base ? unitValue(shown, unit) : null);
  }
}
