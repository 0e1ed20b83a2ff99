/** The small production that is simulated: people, places, and how each person's calendar is linked. */
import type { CalendarLink } from '../../src/model/calendar.ts';
import {
  type AccountId,
  brandId,
  type CalendarId,
  type GroupId,
  type PersonId,
  type ProductionId,
} from '../../src/model/ids.ts';
import type { Store } from '../../src/store/store.ts';
import type { Rights } from '../../src/sync/rights.ts';
import { blankPerson, blankVenue } from '../blank.ts';
import type { Prng } from './prng.ts';
import { london, venueId } from './tokens.ts';

export const tide = brandId<ProductionId>('tide');
export const venues = 24;
/** Everybody is in it; events for the group are shown by tier. */
export const everyone = brandId<GroupId>('G1');

/** What one seed plays with. */
export type Stage = Readonly<{
  people: readonly string[];
  /** Has no calendar: is invited by mail. */
  mailOnly: string;
  links: readonly CalendarLink[];
  events: readonly string[];
  rights: Rights;
  processes: number;
  /** Whether mail is planned and sent. */
  mails: boolean;
  /** Whether events repeat. */
  series: boolean;
}>;

export function drawStage(random: Prng, brakes: boolean): Stage {
  const people = ['P1', 'P2', 'P3'].slice(0, random.between(2, 3));
  const links = people.flatMap(person => {
    const several = random.chance(0.15);
    return Array.from({ length: several ? 2 : 1 }, (_, at) => linkOf(person, at, random.chance(0.12)));
  });
  const rights: Rights = random.pick<Rights>([
    {},
    {},
    { default: { default: 'accept' } },
    { default: { default: 'restore', when: 'propose' } },
    { default: { default: 'propose', title: 'accept', place: 'restore', series: 'accept' } },
  ]);
  const count = brakes ? random.between(8, 12) : random.between(2, 5);
  const events = Array.from({ length: count }, (_, at) => `E${String(at + 1).padStart(2, '0')}`);
  const some = { mails: random.chance(0.4), series: random.chance(0.35) };
  return { people, mailOnly: 'P9', links, events, rights, processes: random.pick([1, 1, 2, 2, 2, 3]), ...some };
}

function linkOf(person: string, at: number, publish: boolean): CalendarLink {
  const account = brandId<AccountId>(`caldav:${person}`);
  return {
    id: brandId<CalendarId>(`${person}${at === 0 ? '' : 'b'}`),
    production: tide,
    person: brandId<PersonId>(person),
    account,
    provider: 'caldav',
    mode: publish ? 'publish' : 'two-way',
    carrier: 'copy',
    url: 'https://sim.test/',
    user: person,
    calendar: null,
    source: 'added',
  };
}

export async function fillStore(store: Store, stage: Stage): Promise<void> {
  await store.write(async r => {
    await r.schedule.ensureProduction({ id: tide, name: 'TIDE', zone: london });
    for (const id of [...stage.people, stage.mailOnly]) {
      const person = { ...blankPerson, production: tide, id: brandId<PersonId>(id), name: `Person ${id}` };
      await r.schedule.putPerson({ ...person, email: `${id.toLowerCase()}@tide.test`, timezone: london }, null);
    }
    for (let n = 1; n <= venues; n += 1) {
      const venue = { ...blankVenue, production: tide, id: venueId(n), name: `Hall ${n}` };
      await r.schedule.putVenue({ ...venue, address: `${n} Quay` }, null);
    }
    const members = [...stage.people, stage.mailOnly].map(id => brandId<PersonId>(id));
    await r.schedule.putGroup({ production: tide, id: everyone, members, notes: '', version: 1 }, null);
    for (const link of stage.links) {
      await r.calendars.putAccount({ id: link.account, provider: link.provider, secret: null, gateUntil: null });
      await r.calendars.putLink(link);
    }
  });
}
