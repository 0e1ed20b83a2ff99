import { beforeEach, describe, expect, it } from 'vitest';
import { type AccountId, brandId, type Cursor } from '../../src/model/ids.ts';
import { LeaseLostError, type RunRecord } from '../../src/store/store.ts';
import {
  account,
  attempt,
  busyBlock,
  calendarId,
  copy,
  link,
  officeAccount,
  personId,
  plant,
  present,
  production,
  remoteId,
} from './samples.ts';
import type { Subject } from './store-suite.ts';

const home = calendarId('C06-caldav');

export function calendarSuite(subject: Subject): void {
  const due = async (now: number, limit = 10) =>
    (await subject.store.read(({ calendars }) => calendars.due(now, limit))).map(({ link }) => link.id);
  const get = () => subject.store.read(({ calendars }) => calendars.get(home));

  describe('calendars', () => {
    beforeEach(async () => {
      await subject.store.write(async repositories => {
        await plant(repositories);
        await repositories.calendars.putAccount(officeAccount);
        await repositories.calendars.putLink(link('C06-caldav'));
      });
    });

    it('an account keeps its secret and its gate', async () => {
      const { store } = subject;
      expect(await store.read(({ calendars }) => calendars.account(account))).toEqual(officeAccount);
      await store.write(({ calendars }) => calendars.gate(account, 99));
      expect(await store.read(({ calendars }) => calendars.account(account))).toMatchObject({ gateUntil: 99 });
      await store.write(({ calendars }) => calendars.putAccount({ ...officeAccount, secret: null }));
      expect(await store.read(({ calendars }) => calendars.account(account))).toMatchObject({ secret: null });
      expect(await store.read(({ calendars }) => calendars.account(brandId<AccountId>('none')))).toBeNull();
    });

    it('a new link is due at once, and changed in place keeps what is known of it', async () => {
      const { store } = subject;
      expect(await due(0)).toEqual([home]);
      await store.write(({ calendars }) =>
        calendars.patch(home, { cursor: brandId<Cursor>('c1'), doneSeq: 1, nextAt: 500, released: true }),
      );
      await store.write(({ calendars }) => calendars.putLink({ ...link('C06-caldav'), mode: 'publish' }));
      expect(await get()).toEqual({
        link: { ...link('C06-caldav'), mode: 'publish' },
        state: 'ok',
        problem: null,
        cursor: 'c1',
        snapshotId: null,
        wakeSeq: 1,
        doneSeq: 1,
        nextAt: 500,
        lastSyncAt: null,
        failures: 0,
        plannedFrom: null,
        released: true,
      });
    });

    it('a patch changes only what it names, and can set back to nothing', async () => {
      const { store } = subject;
      const full = { problem: 'odd', cursor: brandId<Cursor>('c'), lastSyncAt: 7, failures: 2, plannedFrom: '1/x' };
      await store.write(({ calendars }) => calendars.patch(home, full));
      await store.write(({ calendars }) => calendars.patch(home, { problem: null, released: false }));
      await store.write(({ calendars }) => calendars.patch(home, {}));
      expect(await get()).toMatchObject({ ...full, problem: null });
    });

    it('what is due: woken or its time has come, longest due first; not halted, not without consent', async () => {
      const { store } = subject;
      await store.write(async ({ calendars }) => {
        for (const id of ['a', 'b', 'c', 'd', 'e']) await calendars.putLink(link(id));
        for (const id of ['a', 'b', 'c', 'd', 'e', home]) await calendars.patch(calendarId(id), { doneSeq: 1 });
        await calendars.patch(home, { nextAt: 1_000 });
        await calendars.patch(calendarId('a'), { nextAt: 300 });
        await calendars.patch(calendarId('b'), { nextAt: 200 });
        await calendars.patch(calendarId('c'), { nextAt: 100, state: 'halted' });
        await calendars.patch(calendarId('d'), { nextAt: 100, state: 'needs-consent' });
        await calendars.patch(calendarId('e'), { nextAt: 400, state: 'unread' });
      });
      expect(await due(300)).toEqual(['b', 'a']);
      expect(await due(300, 1)).toEqual(['b']);
      await store.write(({ calendars }) => calendars.wake([home, calendarId('c')]));
      expect(await due(0)).toEqual([home]);
      expect(await due(400)).toEqual(['b', 'a', 'e', home]);
    });

    it('waking people wakes each of their calendars and nobody else’s', async () => {
      const { store } = subject;
      await store.write(async ({ calendars }) => {
        await calendars.putLink(link('C06-phone'));
        await calendars.putLink(link('C07-phone', 'C07'));
        for (const row of await calendars.all()) await calendars.patch(row.link.id, { doneSeq: 1, nextAt: 9 });
        await calendars.wakePeople(production, [personId('C06'), personId('C99')]);
        await calendars.wakePeople(production, []);
      });
      expect(await due(0)).toEqual([home, 'C06-phone']);
      expect((await get())?.wakeSeq).toBe(2);
    });

    it('all lists the calendars of one production or of all', async () => {
      const { store } = subject;
      await store.write(({ calendars }) =>
        calendars.putLink({ ...link('other'), production: brandId<typeof production>('OTHER') }),
      );
      const ids = (only?: typeof production) =>
        store.read(async ({ calendars }) => (await calendars.all(only)).map(row => row.link.id));
      expect(await ids(production)).toEqual([home]);
      expect(await ids()).toEqual([home, 'other']);
    });

    it('a link goes with everything seen, held, tried and known busy there', async () => {
      const { store } = subject;
      await store.write(async ({ calendars, copies }) => {
        await calendars.putLink(link('stays'));
        for (const id of [home, calendarId('stays')]) {
          await copies.putSights(id, [present('a')], [], null, 1);
          await copies.putCopies([copy(id, 'E001')]);
          await copies.addAttempts([attempt(`try-${id}`, 1, id)]);
          await copies.putBusy(id, [{ item: remoteId('b'), blocks: [busyBlock(1, 2)] }]);
        }
      });
      await store.write(({ calendars }) => calendars.removeLink(home));
      const counts = await store.read(({ meta }) => meta.counts());
      expect(counts).toMatchObject({ calendars: 1, observations: 1, copies: 1, attempts: 1, busy_blocks: 1 });
      expect(await get()).toBeNull();
    });

    it('the newest hundred runs of a calendar are kept', async () => {
      const { store } = subject;
      const counts = { requests: 1, created: 0, updated: 0, deleted: 0, inbound: 0, problem: null };
      const run = (n: number): RunRecord => ({ id: `r${n}`, calendar: home, startedAt: n, endedAt: n + 1, ...counts });
      await store.write(async ({ calendars }) => {
        for (let n = 1; n <= 130; n += 1) await calendars.addRun(run(n));
      });
      const last = await store.read(({ calendars }) => calendars.lastRuns(home, 2));
      expect(last).toEqual([run(130), run(129)]);
      const all = await store.read(({ calendars }) => calendars.lastRuns(home, 1_000));
      expect([all.length, all.at(-1)?.id]).toEqual([100, 'r31']);
    });
  });

  describe('leases', () => {
    const take = (owner: string, now: number, until: number) =>
      subject.store.write(({ calendars }) => calendars.takeLease(account, owner, now, until));

    beforeEach(async () => {
      await subject.store.write(({ calendars }) => calendars.putAccount(officeAccount));
    });

    it('a free lease is given, a held one is not, an expired one changes hands', async () => {
      expect(await take('one', 100, 200)).toEqual({ account, owner: 'one', epoch: 1, until: 200 });
      expect(await take('two', 199, 300)).toBeNull();
      expect(await take('two', 200, 300)).toEqual({ account, owner: 'two', epoch: 2, until: 300 });
    });

    it('a renewal by the same owner keeps the epoch', async () => {
      await take('one', 100, 200);
      expect(await take('one', 150, 400)).toEqual({ account, owner: 'one', epoch: 1, until: 400 });
      expect(await take('two', 399, 500)).toBeNull();
    });

    it('a released lease is free, and the next holder has another epoch', async () => {
      const { store } = subject;
      const first = await take('one', 100, 200);
      if (!first) throw new Error('not given');
      await store.write(({ calendars }) => calendars.releaseLease(first));
      expect(await take('two', 101, 300)).toMatchObject({ owner: 'two', epoch: 2 });
      await store.write(({ calendars }) => calendars.releaseLease(first));
      expect(await take('three', 102, 300)).toBeNull();
    });

    it('whoever lost the lease is stopped and writes nothing', async () => {
      const { store } = subject;
      const first = await take('one', 100, 200);
      if (!first) throw new Error('not given');
      await store.write(({ calendars }) => calendars.requireLease(first));
      await take('two', 250, 300);
      const late = store.write(async ({ calendars, meta }) => {
        await meta.put('a', 'late');
        await calendars.requireLease(first);
      });
      await expect(late).rejects.toThrow(LeaseLostError);
      await expect(late).rejects.toMatchObject({ kind: 'lease-lost' });
      expect(await store.read(({ meta }) => meta.get('a'))).toBeNull();
    });

    it('changing the account leaves its lease alone, and an unknown account has none', async () => {
      const { store } = subject;
      await take('one', 100, 200);
      await store.write(({ calendars }) => calendars.putAccount({ ...officeAccount, secret: 'new' }));
      expect(await take('two', 150, 300)).toBeNull();
      const none = store.write(({ calendars }) => calendars.takeLease(brandId<AccountId>('none'), 'one', 1, 2));
      await expect(none).rejects.toMatchObject({ kind: 'not-found' });
    });
  });
}
