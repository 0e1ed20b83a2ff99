/**
 * Use-cases on people, venues and groups. Membership is live and places are looked up when a copy is made, so a change
 * here may show in any calendar of the production: all of them are woken, and those that it does not touch find
 * nothing to do.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ProductionId } from '../model/ids.ts';
import type { Group, Person, Venue } from '../model/person.ts';
import type { Repositories } from '../store/store.ts';

/**
 * Saves a person as given, as a new version; nothing where nothing changes. `expected` is the version the edit was made
 * from, null: the person is new. Throws StaleVersionError when that is not the stored one.
 */
export async function savePerson(r: Repositories, person: Person, expected: number | null): Promise<Person> {
  const { people } = await r.schedule.snapshot(person.production);
  return save(r, person, people.get(person.id), expected, next => r.schedule.putPerson(next, expected));
}

/** As savePerson. */
export async function saveVenue(r: Repositories, venue: Venue, expected: number | null): Promise<Venue> {
  const { venues } = await r.schedule.snapshot(venue.production);
  return save(r, venue, venues.get(venue.id), expected, next => r.schedule.putVenue(next, expected));
}

/** As savePerson: a joiner gets the group's events, a leaver's are withdrawn. */
export async function saveGroup(r: Repositories, group: Group, expected: number | null): Promise<Group> {
  const { groups } = await r.schedule.snapshot(group.production);
  return save(r, group, groups.get(group.id), expected, next => r.schedule.putGroup(next, expected));
}

async function save<Row extends Readonly<{ production: ProductionId; version: number }>>(
  r: Repositories,
  wanted: Row,
  stored: Row | undefined,
  expected: number | null,
  put: (row: Row) => Promise<void>,
): Promise<Row> {
  if (stored && stored.version === expected && isDeepStrictEqual({ ...wanted, version: expected }, stored))
    return stored;
  const next = { ...wanted, version: (expected ?? 0) + 1 };
  await put(next);
  await wakeAll(r, wanted.production);
  return next;
}

/** Has every calendar of the production looked at again. */
export async function wakeAll(r: Repositories, production: ProductionId): Promise<void> {
  const calendars = await r.calendars.all(production);
  if (calendars.length > 0) await r.calendars.wake(calendars.map(calendar => calendar.link.id));
}
