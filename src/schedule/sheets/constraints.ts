/** The constraints sheet: when a person cannot, would rather not, or may only. */
import type { ProductionId } from '../../model/ids.ts';
import { brandId } from '../../model/ids.ts';
import { type Constraint, type ConstraintKind, constraintKinds } from '../../model/person.ts';
import { type Tier, tiers } from '../../model/tier.ts';
import { date, idOf, line, oneOf, text } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';

export const constraintsColumns = {
  person: required(idOf('person')),
  kind: required(oneOf(constraintKinds)),
  from: optional(date),
  to: optional(date),
  value: optional(line),
  source: optional(line),
  notes: optional(text),
  tier: optional(oneOf(tiers)),
};
export type ConstraintRow = RowOf<typeof constraintsColumns>;

/** Access needs and children's licences are P4, the rest is the office's (production-domain.md section 5). */
function defaultTier(kind: ConstraintKind): Tier {
  return kind === 'access' || kind === 'licence' ? 'P4' : 'P2';
}

export function constraintFrom(row: ConstraintRow, production: ProductionId): Constraint {
  return {
    ...row,
    production,
    person: brandId(row.person),
    value: row.value ?? '',
    source: row.source ?? '',
    notes: row.notes ?? '',
    tier: row.tier ?? defaultTier(row.kind),
  };
}

export function rowOfConstraint(constraint: Constraint): ConstraintRow {
  const { production, ...row } = constraint;
  return row;
}
