import { describe, expect, it } from 'vitest';
import type { ConstraintKind } from '../../src/model/person.ts';
import { StaleVersionError } from '../../src/store/store.ts';
import { event, eventId, group, person, plant, production, venue, versionOf, zone } from './samples.ts';
import type { Subject } from './store-suite.ts';

export function scheduleSuite(subject: Subject): void {
  const snapshot = () => subject.store.read(({ schedule }) => schedule.snapshot(production));
  const edit = (id: string, version: number, expected: number | null) =>
    subject.store.write(({ schedule }) => {
      const edited = event(id, version, `Title ${version}`);
      return schedule.putEvent(edited, versionOf(edited), expected);
    });

  describe('the schedule', () => {
    it('an unknown production is said to be unknown', async () => {
      await expect(snapshot()).rejects.toMatchObject({ kind: 'not-found', message: 'there is no production TIDE' });
      await expect(edit('E001', 1, null)).rejects.toMatchObject({ kind: 'not-found' });
    });

    it('a production is made once and renamed in place', async () => {
      const { store } = subject;
      await store.write(repositories => plant(repositories));
      await store.write(({ schedule }) => schedule.ensureProduction({ id: production, name: 'Tidewrack', zone }));
      expect(await store.read(({ schedule }) => schedule.revision(production))).toBe(0);
      await store.write(({ schedule }) => schedule.ensureProduction({ id: production, name: 'Tidewrack 2', zone }));
      expect(await store.read(({ schedule }) => schedule.productions())).toEqual([
        { id: production, name: 'Tidewrack 2', zone, revision: 1 },
      ]);
      expect((await snapshot()).name).toBe('Tidewrack 2');
    });

    it('an event comes back as it was put, odd characters and all', async () => {
      const { store } = subject;
      await store.write(repositories => plant(repositories, 'E001'));
      expect(await store.read(({ schedule }) => schedule.event(production, eventId('E001')))).toEqual(event('E001'));
      expect(await store.read(({ schedule }) => schedule.event(production, eventId('E002')))).toBeNull();
    });

    it('an edit of another version than the stored one is refused and changes nothing', async () => {
      const { store } = subject;
      await store.write(repositories => plant(repositories, 'E001'));
      await edit('E001', 2, 1);
      const stale = edit('E001', 2, 1);
      await expect(stale).rejects.toThrow(StaleVersionError);
      await expect(stale).rejects.toMatchObject({ current: 2, message: 'event E001 is at version 2, not 1' });
      await expect(edit('E001', 1, null)).rejects.toMatchObject({ kind: 'stale-version', current: 2 });
      await expect(edit('E002', 2, 1)).rejects.toMatchObject({ kind: 'stale-version', current: null });
      const read = await snapshot();
      expect(read.events.get(eventId('E001'))?.version).toBe(2);
      expect(read.revision).toBe(2);
    });

    it('every version stays in the history', async () => {
      const { store } = subject;
      await store.write(repositories => plant(repositories, 'E001', 'E002'));
      await edit('E001', 2, 1);
      await edit('E001', 3, 2);
      const history = await store.read(({ schedule }) => schedule.history(production, eventId('E001')));
      expect(history.map(line => [line.version, line.content.title])).toEqual([
        [1, 'Event E001'],
        [2, 'Title 2'],
        [3, 'Title 3'],
      ]);
      expect(history[0]).toEqual(versionOf(event('E001')));
      const newest = await store.read(({ schedule }) => schedule.changes(production, 1_800_000_000_002, 10));
      expect(newest.map(line => line.version)).toEqual([3, 2]);
      expect(await store.read(({ schedule }) => schedule.changes(production, 0, 1))).toEqual([newest[0]]);
    });

    it('a history line cannot be written over', async () => {
      const { store } = subject;
      await store.write(repositories => plant(repositories, 'E001'));
      const again = store.write(({ schedule }) =>
        schedule.putEvent(event('E001', 2, 'x'), { ...versionOf(event('E001')), by: 'forger' }, 1),
      );
      await expect(again).rejects.toThrow();
      const history = await store.read(({ schedule }) => schedule.history(production, eventId('E001')));
      expect(history).toEqual([versionOf(event('E001'))]);
    });

    it('what is published stays while the content goes on', async () => {
      const { store } = subject;
      await store.write(repositories => plant(repositories, 'E001'));
      const published = { version: 1, content: event('E001').content };
      await store.write(({ schedule }) => schedule.publish(production, eventId('E001'), published));
      const second = { ...event('E001', 2, 'Later'), published };
      await store.write(({ schedule }) => schedule.putEvent(second, versionOf(second), 1));
      expect((await snapshot()).events.get(eventId('E001'))).toEqual(second);
      await store.write(({ schedule }) => schedule.publish(production, eventId('E001'), null));
      expect((await snapshot()).events.get(eventId('E001'))?.published).toBeNull();
    });

    it('people, venues and groups have versions of their own and can go', async () => {
      const { store } = subject;
      await store.write(async repositories => {
        await plant(repositories);
        await repositories.schedule.putPerson(person('C07'), null);
        await repositories.schedule.putPerson(person('C06'), null);
        await repositories.schedule.putVenue(venue('V01'), null);
        await repositories.schedule.putGroup(group('drivers'), null);
      });
      await store.write(({ schedule }) => schedule.putPerson(person('C06', 2), 1));
      for (const stale of [1, null, 3]) {
        const put = store.write(({ schedule }) => schedule.putPerson(person('C06', 3), stale));
        await expect(put).rejects.toMatchObject({ kind: 'stale-version', current: 2 });
      }
      const read = await snapshot();
      expect([...read.people.values()]).toEqual([person('C06', 2), person('C07')]);
      expect([...read.venues.values()]).toEqual([venue('V01')]);
      expect([...read.groups.values()]).toEqual([group('drivers')]);
      await store.write(async ({ schedule }) => {
        await schedule.removePerson(production, person('C06').id);
        await schedule.removeVenue(production, venue('V01').id);
        await schedule.removeGroup(production, group('drivers').id);
      });
      const after = await snapshot();
      expect([[...after.people.keys()], after.venues.size, after.groups.size]).toEqual([['C07'], 0, 0]);
    });

    it('travel times and constraints are replaced as whole lists, in their order', async () => {
      const { store } = subject;
      const travel = (from: string) => ({ production, from, to: 'BRC', minutes: 35, mode: 'car' });
      const constraint = (kind: ConstraintKind) => {
        const common = { production, person: person('C06').id, from: null, to: null, value: 'days=2' };
        return { ...common, kind, source: 'agent', notes: '', tier: 'P3' as const };
      };
      await store.write(async repositories => {
        await plant(repositories);
        await repositories.schedule.replaceTravel(production, [travel('Z'), travel('A'), travel('M')]);
        await repositories.schedule.replaceConstraints(production, [constraint('pencil'), constraint('access')]);
      });
      await store.write(({ schedule }) => schedule.replaceTravel(production, [travel('Q'), travel('B')]));
      const read = await snapshot();
      expect(read.travel.map(row => row.from)).toEqual(['Q', 'B']);
      expect(read.constraints).toEqual([constraint('pencil'), constraint('access')]);
    });
  });

  describe('snapshots', () => {
    it('one transaction raises the revision once', async () => {
      await subject.store.write(repositories => plant(repositories, 'E001', 'E002', 'E003'));
      expect((await snapshot()).revision).toBe(1);
    });

    it('at rest the same reading is handed out again', async () => {
      await subject.store.write(repositories => plant(repositories, 'E001'));
      expect(await snapshot()).toBe(await snapshot());
    });

    it('an edit reads only what changed, and gives what a whole reading gives', async () => {
      await subject.store.write(repositories => plant(repositories, 'E001', 'E003'));
      const before = await snapshot();
      await edit('E003', 2, 1);
      await edit('E002', 1, null);
      const after = await snapshot();
      expect([...after.events.keys()]).toEqual(['E001', 'E002', 'E003']);
      expect(after.events.get(eventId('E003'))?.version).toBe(2);
      expect(after.events.get(eventId('E001'))).toBe(before.events.get(eventId('E001')));
      expect(before.events.get(eventId('E003'))?.version).toBe(1);
    });

    it('a write sees its own changes, and those of a write that failed are never shown', async () => {
      const { store } = subject;
      await store.write(repositories => plant(repositories, 'E001'));
      const failed = store.write(async ({ schedule }) => {
        const lost = event('E001', 2, 'Lost');
        await schedule.putEvent(lost, versionOf(lost), 1);
        expect((await schedule.snapshot(production)).events.get(lost.id)).toEqual(lost);
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      await edit('E001', 2, 1);
      const read = await snapshot();
      expect(read.revision).toBe(2);
      expect(read.events.get(eventId('E001'))?.content.title).toBe('Title 2');
    });
  });
}
