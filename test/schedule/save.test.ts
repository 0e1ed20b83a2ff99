import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccountId, brandId, type CalendarId, type EventId, type PersonId } from '../../src/model/ids.ts';
import { saveGroup, savePerson, saveVenue } from '../../src/schedule/directory.ts';
import { ConflictError } from '../../src/schedule/errors.ts';
import { cancelEvent, eventHistory, issueEvent, saveEvent, undoEvent } from '../../src/schedule/save.ts';
import { StaleVersionError, type Store } from '../../src/store/store.ts';
import { company, emptyStore, eventOf, importing, now, production, sheets, snapshotOf } from './world.ts';

const id = brandId<EventId>('E1');
const editing = { production, by: 'Bronwen', source: 'web' as const, now, held: [] };
let store: Store;

async function link(person: string): Promise<void> {
  await store.write(async r => {
    const account = brandId<AccountId>(`account-${person}`);
    await r.calendars.putAccount({ id: account, provider: 'caldav', secret: null, gateUntil: null });
    await r.calendars.putLink({
      id: brandId<CalendarId>(person),
      production,
      person: brandId(person),
      account,
      provider: 'caldav',
      mode: 'two-way',
      carrier: 'copy',
      url: 'http://127.0.0.1/',
      user: null,
      calendar: null,
      source: 'added',
    });
  });
}

/** The calendars that the work woke. */
async function wokenBy(work: () => Promise<unknown>): Promise<string[]> {
  const seqs = async () =>
    new Map((await store.read(r => r.calendars.all(production))).map(row => [row.link.id, row.wakeSeq]));
  const before = await seqs();
  await work();
  return [...(await seqs())]
    .filter(([calendar, seq]) => seq > (before.get(calendar) ?? 0))
    .map(([calendar]) => calendar)
    .sort();
}

beforeEach(async () => {
  store = await emptyStore();
  await importing(store, sheets(company));
  for (const person of ['C1', 'C2', 'CA1']) await link(person);
});
afterEach(() => store[Symbol.asyncDispose]());

describe('saving an event', () => {
  it('stores a version with its line of history, and wakes those who attended before or after', async () => {
    const { content } = await eventOf(store, 'E1');
    const required = [{ kind: 'person' as const, id: brandId<PersonId>('C2') }];
    const edit = { ...editing, id, expected: 1, content: { ...content, required } };
    expect(await wokenBy(() => store.write(r => saveEvent(r, edit)))).toEqual(['C1', 'C2', 'CA1']);
    const history = await store.read(r => eventHistory(r, production, id));
    expect(history.map(line => [line.version, line.by, line.source])).toEqual([
      [1, 'Bronwen', 'import'],
      [2, 'Bronwen', 'web'],
    ]);
  });

  it('writes nothing and wakes nobody where nothing changes', async () => {
    const { content } = await eventOf(store, 'E1');
    const edit = { ...editing, id, expected: 1, content };
    expect(await wokenBy(() => store.write(r => saveEvent(r, edit)))).toEqual([]);
    expect((await eventOf(store, 'E1')).version).toBe(1);
  });

  it('joins an edit from an older version with what was saved since, and refuses one of the same field', async () => {
    const { content } = await eventOf(store, 'E1');
    const save = (changed: Partial<typeof content>) =>
      store.write(r => saveEvent(r, { ...editing, id, expected: 1, content: { ...content, ...changed } }));
    await save({ title: 'Draft 4' });
    const both = await save({ notes: 'Bring pencils' });
    expect(both.content).toMatchObject({ title: 'Draft 4', notes: 'Bring pencils' });
    await expect(save({ title: 'Draft 5' })).rejects.toThrow(ConflictError);
    expect((await eventOf(store, 'E1')).version).toBe(3);
  });

  it('refuses a new event under an id that is taken, and a version nobody knows', async () => {
    const { content } = await eventOf(store, 'E1');
    const save = (expected: number | null) =>
      store.write(r => saveEvent(r, { ...editing, id, expected, content: { ...content, title: 'x' } }));
    await expect(save(null)).rejects.toThrow(StaleVersionError);
    await expect(save(7)).rejects.toThrow(StaleVersionError);
  });

  it('gives a cancelled id used again a new UID', async () => {
    const first = await eventOf(store, 'E1');
    await store.write(r => cancelEvent(r, { ...editing, id, expected: 1 }));
    expect((await eventOf(store, 'E1')).published?.content.status).toBe('cancelled');
    const again = await store.write(r => saveEvent(r, { ...editing, id, expected: null, content: first.content }));
    expect(again.uid).not.toBe(first.uid);
    expect(again.version).toBe(3);
  });

  it('undoes an edit as a new version with the old content', async () => {
    const { content } = await eventOf(store, 'E1');
    await store.write(r => saveEvent(r, { ...editing, id, expected: 1, content: { ...content, title: 'Oops' } }));
    const undone = await store.write(r => undoEvent(r, { ...editing, id, expected: 2, to: 1 }));
    expect(undone.version).toBe(3);
    expect(undone.content).toEqual(content);
    expect((await store.read(r => eventHistory(r, production, id))).at(-1)?.source).toBe('undo');
  });

  it('shows an event of a held kind as last issued until it is issued again', async () => {
    const held = { ...editing, id, held: ['meeting' as const] };
    const { content } = await eventOf(store, 'E1');
    await store.write(r => saveEvent(r, { ...held, expected: 1, content: { ...content, title: 'Revision 7' } }));
    expect((await eventOf(store, 'E1')).published?.content.title).toBe('Script talk');
    const issue = () => store.write(r => issueEvent(r, { ...held, expected: 2 }));
    expect(await wokenBy(issue)).toEqual(['C1', 'CA1']);
    const issued = await eventOf(store, 'E1');
    expect(issued.published?.content).toMatchObject({ title: 'Revision 7', status: 'issued' });
    expect(issued.published?.version).toBe(issued.version);
  });
});

describe('people, venues and groups', () => {
  it('a joiner to a department has every calendar looked at', async () => {
    const { people } = await snapshotOf(store);
    const joiner = { ...people.get(brandId<PersonId>('C2'))!, department: 'Camera' };
    expect(await wokenBy(() => store.write(r => savePerson(r, joiner, 1)))).toEqual(['C1', 'C2', 'CA1']);
    expect((await snapshotOf(store)).people.get(joiner.id)).toMatchObject({ department: 'Camera', version: 2 });
    expect(await wokenBy(() => store.write(r => savePerson(r, { ...joiner, version: 2 }, 2)))).toEqual([]);
  });

  it('a venue with a new address, a new group and a leaver do so too', async () => {
    const { venues } = await snapshotOf(store);
    const venue = { ...venues.get(brandId('V1'))!, address: 'Corn Quay' };
    const group = {
      production,
      id: brandId<never>('RECCE'),
      members: [brandId<PersonId>('C1')],
      notes: '',
      version: 0,
    };
    expect(await wokenBy(() => store.write(r => saveVenue(r, venue, 1)))).toHaveLength(3);
    expect(await wokenBy(() => store.write(r => saveGroup(r, group, null)))).toHaveLength(3);
  });

  it('refuses an edit of a person made from an older version', async () => {
    const person = (await snapshotOf(store)).people.get(brandId<PersonId>('C1'))!;
    await store.write(r => savePerson(r, { ...person, phone: '1' }, 1));
    await expect(store.write(r => savePerson(r, { ...person, phone: '2' }, 1))).rejects.toThrow(StaleVersionError);
  });
});

describe('an import', () => {
  it('wakes those whom a changed event concerns, everybody when a person changed, and nobody when nothing did', async () => {
    const schedule = 'id,title\nE1,Draft 4\nE2,Weekly meeting\n';
    const wake = (texts: Record<string, string>) => wokenBy(() => importing(store, sheets(texts)));
    expect(await wake({ schedule })).toEqual(['C1', 'CA1']);
    expect(await wake({ schedule })).toEqual([]);
    expect(await wake({ people: 'id,department\nC2,Camera\n' })).toEqual(['C1', 'C2', 'CA1']);
  });
});
