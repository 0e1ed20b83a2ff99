import { expect, it } from 'vitest';
import { brandId } from '../../../src/model/ids.ts';
import type { OccurrenceStart } from '../../../src/model/series.ts';
import { timed } from '../../sync/office.ts';
import { openOutlookOffice } from './outlook-office.ts';

it('a series of which Outlook refuses a date is not made and taken away again at every poll', async () => {
  await using office = await openOutlookOffice();
  await office.save('S1', {
    rrule: 'FREQ=WEEKLY;COUNT=6',
    overrides: [
      {
        occurrence: brandId<OccurrenceStart>('2027-03-15T10:00:00'),
        title: null,
        venue: null,
        notes: null,
        status: 'changed',
        when: timed('2027-03-23T15:00', '2027-03-23T16:00'),
      },
    ],
  });
  const posts: number[] = [];
  for (let poll = 0; poll < 6; poll += 1) {
    office.requests();
    await office.sync();
    posts.push(office.requests().filter(({ method, path }) => method === 'POST' && /events$/.test(path)).length);
    office.clock += 60_000;
  }
  expect(posts).toEqual([1, 0, 0, 0, 0, 0]);
});
