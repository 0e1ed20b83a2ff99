/** The groups sheet. */
import type { ProductionId } from '../../model/ids.ts';
import { brandId } from '../../model/ids.ts';
import type { Group } from '../../model/person.ts';
import { idOf, listOf, newId, text } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';

export const groupsColumns = {
  id: required(newId),
  members: required(listOf(idOf('invitee'))),
  notes: optional(text),
};
export type GroupRow = RowOf<typeof groupsColumns>;

export function groupFrom(row: GroupRow, kept: Readonly<{ production: ProductionId; version: number }>): Group {
  return { ...kept, id: brandId(row.id), members: row.members.map(id => brandId(id)), notes: row.notes ?? '' };
}

export function rowOfGroup(group: Group): GroupRow {
  return { id: group.id, members: group.members, notes: group.notes };
}
