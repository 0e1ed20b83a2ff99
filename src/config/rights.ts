/** Who may change what from their own calendar: design.md section 4. */
import { z } from 'zod';
import { allFields, type Field } from '../model/face.ts';
import { type RoleKey, roleKeys } from '../model/role.ts';
import { choice } from './values.ts';

/** `accept`: a new version of the schedule under their name; `propose`: a finding; `restore`: ours is written back. */
export type Right = 'accept' | 'propose' | 'restore';
export type FieldRights = Readonly<Partial<Record<Field | 'default', Right>>>;
/** By role; `owner` is whoever owns the event, or is their delegate, whatever their role; `default` is everyone without a line of their own. */
export type Rights = Readonly<Partial<Record<RoleKey | 'owner' | 'default', FieldRights>>>;

/** Replies always count and are not in this table. */
export const defaultRights = {
  default: { default: 'propose' },
  owner: { when: 'accept', place: 'accept', title: 'accept' },
} as const satisfies Rights;

const holders = z.enum([...roleKeys, 'owner', 'default']);
const fields = z.enum([...allFields, 'default']);
const allowedOf = (keys: readonly string[]) => keys.join(', ');

const fieldRights = z.partialRecord(fields, choice(['accept', 'propose', 'restore']), {
  error: allowedOf(fields.options),
});

/** What is given goes over the defaults, field by field. */
export const rights = z.partialRecord(holders, fieldRights, { error: allowedOf(holders.options) }).transform(
  (given): Rights => ({
    ...given,
    default: { ...defaultRights.default, ...given.default },
    owner: { ...defaultRights.owner, ...given.owner },
  }),
);
