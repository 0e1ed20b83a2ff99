/** The people sheet: contract.md section 4, the sample's further columns, the unit list of production-domain.md section 7. */
import type { PersonId, ProductionId } from '../../model/ids.ts';
import { brandId } from '../../model/ids.ts';
import { type Person, personKinds, routings } from '../../model/person.ts';
import { count, date, email, grant, idOf, line, listOf, newId, oneOf, text, yesNo, zone } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';

export const peopleColumns = {
  id: required(newId),
  name: required(line),
  kind: required(oneOf(personKinds)),
  role: optional(line),
  department: optional(line),
  email: optional(email),
  phone: optional(line),
  timezone: optional(zone),
  base: optional(line),
  agent: optional(idOf('person')),
  routing: optional(oneOf(routings)),
  calendar: optional(oneOf(['outlook', 'google', 'caldav', 'ics', 'email'])),
  start: optional(date),
  end: optional(date),
  born: optional(date),
  notes: optional(text),
  manager: optional(idOf('person')),
  publicist: optional(idOf('person')),
  guardian: optional(idOf('person')),
  chaperone: optional(idOf('person')),
  tutor: optional(idOf('person')),
  delegate: optional(idOf('person')),
  grants: optional(listOf(grant)),
};
export type PersonRow = RowOf<typeof peopleColumns>;

/** Columns that are checked, and kept in `extra` as they came. */
export const peopleExtras = {
  character: optional(line),
  age: optional(count),
  company: optional(line),
  pronouns: optional(line),
  language: optional(line),
  hotel: optional(listOf(idOf('venue'))),
  vehicle: optional(line),
  vehicleSeats: optional(count),
  order: optional(count),
  creditName: optional(line),
  knownAs: optional(line),
  unit: optional(line),
  castNumber: optional(line),
  dailyDates: optional(listOf(line)),
  vehicleRegistration: optional(line),
  dietary: optional(yesNo),
  firstAider: optional(yesNo),
  driver: optional(yesNo),
  emergencyContact: optional(line),
  dealMemo: optional(yesNo),
  starterPack: optional(line),
  nda: optional(yesNo),
  measurements: optional(yesNo),
};

const personOrNull = (id: string | null) => (id === null ? null : brandId<PersonId>(id));

export function personFrom(
  row: PersonRow,
  kept: Readonly<{ production: ProductionId; extra: Person['extra']; version: number }>,
): Person {
  return {
    ...row,
    ...kept,
    id: brandId(row.id),
    role: row.role ?? '',
    department: row.department ?? '',
    base: row.base ?? '',
    agent: personOrNull(row.agent),
    manager: personOrNull(row.manager),
    publicist: personOrNull(row.publicist),
    guardian: personOrNull(row.guardian),
    chaperone: personOrNull(row.chaperone),
    tutor: personOrNull(row.tutor),
    delegate: personOrNull(row.delegate),
    notes: row.notes ?? '',
    grants: row.grants ?? [],
  };
}

export function rowOfPerson(person: Person): PersonRow {
  const { production, extra, version, ...row } = person;
  return row;
}
