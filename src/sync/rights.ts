/** Who may change what from their own calendar: role × field → accept, propose or restore. Pure. */

import type { EventContent } from '../model/event.ts';
import type { Field } from '../model/face.ts';
import type { Person } from '../model/person.ts';
import { roleOf } from '../model/role.ts';
import type { Policy } from './plan.ts';

/** Keyed by role, `owner` (of that event) or `default`; then by field or `default`. Configuration: `rights`. */
export type Rights = Readonly<Record<string, Readonly<Record<string, Policy>>>>;

/**
 * The owner's row rules over the role's, the role's over the default; what no row names is proposed. The owner's
 * delegate counts as the owner.
 * @param owner of the event; null: it is the office's
 */
export function policyFor(
  rights: Rights,
  person: Person,
  { owner: ownerId }: Pick<EventContent, 'owner'>,
  field: Field,
  owner: Person | null = null,
): Policy {
  const owns = ownerId === person.id || (owner !== null && owner.id === ownerId && owner.delegate === person.id);
  const rows = [owns ? rights['owner'] : undefined, rights[roleOf(person)], rights['default']];
  for (const row of rows) {
    const policy = row?.[field] ?? row?.['default'];
    if (policy !== undefined) return policy;
  }
  return 'propose';
}
