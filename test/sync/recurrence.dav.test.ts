/** A series and its edits on real CalDAV servers, which read what they are given in their own way. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Override } from '../../src/model/event.ts';
import { brandId, type VenueId } from '../../src/model/ids.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { cancelFollowing, changeFollowing } from '../../src/schedule/following.ts';
import { bareAccount, linksOf } from '../../src/sync/links.ts';
import type { DavServer } from '../real/dav-server.ts';
import { describeWith } from '../real/peer.ts';
import { startRadicale } from '../real/radicale.ts';
import { startXandikos } from '../real/xandikos.ts';
import { calendarOf, id, type Office, openOffice, tide, timed } from './office.ts';
import { shownIn } from './shown.ts';

const user = { name: 'alice', password: 'secret' };
const at = (day: string) => `${day}T10:00:00` as OccurrenceStart;
const moved: Override = {
  occurrence: at('2027-03-15'),
  status: 'changed',
  when: timed('2027-03-16T15:00', '2027-03-16T16:00'),
  venue: brandId<VenueId>('V02'),
  title: null,
  notes: null,
};
const cancelled: Override = { ...moved, occurrence: at('2027-03-22'), status: 'cancelled', when: null, venue: null };
const weekly = {
  title: 'Weekly',
  when: timed('2027-03-01T10:00', '2027-03-01T11:00'),
  rrule: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270412T090000Z',
  overrides: [moved, cancelled],
};

for (const [program, start] of Object.entries({ radicale: startRadicale, xandikos: startXandikos })) {
  describeWith([program], `a series on ${program}`, () => {
    let server: DavServer;
    let office: Office;
    beforeEach(async () => {
      server = await start();
      office = await openOffice();
      const url = await server.makeCalendar(user, 'diary');
      const [link] = linksOf([{ ...(await office.row('C02')).link, url, user: user.name }], 'config');
      if (!link) throw new Error('no link');
      await office.store.write(async r => {
        await r.calendars.putAccount(bareAccount(link));
        await r.calendars.putLink(link);
      });
      await office.save('E6', weekly);
      expect(await office.sync()).toMatchObject({ created: 1, failed: [] });
    });
    afterEach(async () => {
      await office[Symbol.asyncDispose]();
      await server.stop();
    });

    const copies = () => office.store.read(r => r.copies.copies(calendarOf('C02')));
    const starts = async () => {
      const paths = (await copies()).flatMap(({ remoteId }) => (remoteId === null ? [] : [remoteId]));
      const texts = await Promise.all(paths.map(async path => (await server.get(user, path)).text));
      return shownIn(texts).map(one => one.start.slice(0, 16));
    };
    const following = { production: tide, id: id('E6'), by: 'Bethan', source: 'web' as const, held: [] };

    it(`S50 one moved and one cancelled date stand in one item (${program})`, async () => {
      expect(await starts()).toEqual([
        '2027-03-01T10:00',
        '2027-03-08T10:00',
        '2027-03-16T15:00',
        '2027-03-29T10:00',
        '2027-04-05T10:00',
        '2027-04-12T10:00',
      ]);
      expect(await office.sync()).toMatchObject({ created: 0, updated: 0, conflicts: 0, failed: [] });
    });

    it(`S52 this and following is two items, each with its own exceptions, and at rest (${program})`, async () => {
      const changes = { when: timed('2027-03-08T12:00', '2027-03-08T13:00') };
      const edit = { ...following, expected: 1, at: at('2027-03-08'), now: office.clock, changes };
      await office.store.write(r => changeFollowing(r, edit));
      expect(await office.sync()).toMatchObject({ created: 1, updated: 1, failed: [] });
      const expected = [
        '2027-03-01T10:00',
        '2027-03-08T12:00',
        '2027-03-16T15:00',
        '2027-03-29T12:00',
        '2027-04-05T12:00',
        '2027-04-12T12:00',
      ];
      expect(await starts()).toEqual(expected);
      expect(await office.sync()).toMatchObject({ created: 0, updated: 0, conflicts: 0, failed: [] });
      await office.store.write(r =>
        cancelFollowing(r, { ...following, expected: 2, at: at('2027-03-01'), now: office.clock }),
      );
      expect(await office.sync()).toMatchObject({ deleted: 1, failed: [] });
    });
  });
}
