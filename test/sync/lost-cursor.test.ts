/** A server that has forgotten where we were: what was deleted meanwhile is found by comparing, as it would have been. */
import { expect, it } from 'vitest';
import { calendarOf, openOffice } from './office.ts';

it('S9 two events deleted before the sync token was lost are both found by comparison', async () => {
  await using office = await openOffice();
  for (let n = 0; n < 8; n += 1) await office.save(`E${n}`, { title: `Meeting number ${n}` });
  await office.sync('C02');
  office.drop('C02', 'Meeting number 3');
  office.drop('C02', 'Meeting number 6');
  office.server.calendar('c02', 'diary').state.expireTokens();
  expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 0, deleted: 0, failed: [] });
  const hidden = (await office.store.read(r => r.copies.copies(calendarOf('C02')))).filter(
    copy => copy.state === 'hidden',
  );
  expect(hidden.map(copy => copy.eventId).sort()).toEqual(['E3', 'E6']);
  expect((await office.findings('open')).map(one => [one.kind, one.event])).toEqual(
    expect.arrayContaining([
      ['removal', 'E3'],
      ['removal', 'E6'],
    ]),
  );
  expect(office.items('C02')).toHaveLength(6);
});
