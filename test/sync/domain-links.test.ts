/** Who is linked by their address alone, and who is not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brandId, type PersonId, type ProductionId } from '../../src/model/ids.ts';
import type { Person } from '../../src/model/person.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type Domains, domainRequests, putDomainLinks } from '../../src/sync/domain-links.ts';
import { blankPerson } from '../blank.ts';
import { copy, link, officeAccount, production, zone } from '../store/samples.ts';

const domains: Domains = { google: ['tidewrack.test'], microsoft: ['studio.test'] };
const person = (id: string, changes: Partial<Person> = {}): Person => ({
  ...blankPerson,
  production,
  id: brandId<PersonId>(id),
  name: `Person ${id}`,
  email: `${id.toLowerCase()}@tidewrack.test`,
  ...changes,
});
const nobody = () => false;
const asked = (...people: Person[]) =>
  domainRequests(production, people, domains, nobody).map(({ person: id, provider, user }) => [id, provider, user]);

describe('a person of the unit list', () => {
  it('with an address in one of our domains is linked there, however the address is written', () => {
    expect(asked(person('C01', { email: ' Bethan@TIDEWRACK.test' }))).toEqual([
      ['C01', 'google', 'bethan@tidewrack.test'],
    ]);
    expect(asked(person('C02', { email: 'idris@studio.test' }))).toEqual([['C02', 'microsoft', 'idris@studio.test']]);
  });
  it('with another address, one that only ends alike, or none is not', () => {
    for (const email of ['x@example.com', 'x@nottidewrack.test', 'x@mail.tidewrack.test', null]) {
      expect(asked(person('C01', { email }))).toEqual([]);
    }
  });
  it('who says which calendar they use is taken at their word', () => {
    expect(asked(person('C01', { calendar: 'google' }))).toHaveLength(1);
    expect(asked(person('C01', { calendar: 'email' }), person('C02', { calendar: 'outlook' }))).toEqual([]);
  });
  it('who has a calendar there already is left as they are', () => {
    expect(domainRequests(production, [person('C01')], domains, () => true)).toEqual([]);
  });
});

describe('the links by domain', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore('sqlite::memory:');
    await store.write(async r => {
      await r.schedule.ensureProduction({ id: production, name: 'TIDE', zone });
      await r.schedule.putPerson(person('C01'), null);
    });
  });
  afterEach(() => store[Symbol.asyncDispose]());
  const put = (with_: Domains = domains) => putDomainLinks(store, production, with_);
  const links = async () => (await store.read(r => r.calendars.all())).map(row => row.link);

  it('are made once, and are due at once', async () => {
    expect(await put()).toBe(true);
    expect(await put()).toBe(false);
    expect(await links()).toMatchObject([
      { id: 'C01-google', person: 'C01', source: 'domain', mode: 'two-way', carrier: 'copy', calendar: null },
    ]);
  });
  it('follow the unit list: a joiner is linked, a corrected address linked anew', async () => {
    await put();
    await store.write(async r => {
      await r.schedule.putPerson(person('C02'), null);
      await r.schedule.putPerson(person('C01', { email: 'new@tidewrack.test', version: 2 }), 1);
    });
    expect(await put()).toBe(true);
    expect((await links()).map(one => one.user).sort()).toEqual(['c02@tidewrack.test', 'new@tidewrack.test']);
  });
  it('give way to a link that somebody made for the same person there', async () => {
    await put();
    await store.write(async r => {
      await r.calendars.putAccount(officeAccount);
      await r.calendars.putLink({ ...link('C01-own', 'C01'), provider: 'google' });
    });
    await put();
    expect((await links()).map(one => one.id)).toEqual(['C01-own']);
  });
  it('S91 of who left the list stay until their copies are withdrawn, and then go', async () => {
    await put();
    const id = (await links())[0]?.id;
    if (!id) throw new Error('no link');
    await store.write(async r => {
      await r.copies.putCopies([{ ...copy(id, 'E1'), state: 'placed' }]);
      await r.schedule.removePerson(production, brandId<PersonId>('C01'));
    });
    expect(await put()).toBe(false);
    expect(await links()).toHaveLength(1);
    await store.write(r => r.copies.putCopies([{ ...copy(id, 'E1'), state: 'removed' }]));
    expect(await put()).toBe(true);
    expect(await links()).toEqual([]);
  });
  it('go with the domain in the configuration, and touch no other production', async () => {
    await put();
    expect(await putDomainLinks(store, production, {})).toBe(true);
    expect(await links()).toEqual([]);
    await put();
    const other = brandId<ProductionId>('OTHER');
    await store.write(r => r.schedule.ensureProduction({ id: other, name: 'OTHER', zone }));
    expect(await putDomainLinks(store, other, {})).toBe(false);
    expect(await links()).toHaveLength(1);
  });
});
