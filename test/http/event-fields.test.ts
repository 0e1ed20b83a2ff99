import { beforeAll, expect, it } from 'vitest';
import { changesOf, linesOf } from '../../src/http/event-fields.ts';
import type { EventContent } from '../../src/model/event.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import { content, personId, production } from '../store/samples.ts';
import { days, openWorld } from './world.ts';

let names: ScheduleSnapshot;
beforeAll(async () => {
  await using store = await openWorld();
  names = await store.read(r => r.schedule.snapshot(production));
});

const before = content('Heads of department');
const call = {
  person: personId('C06'),
  pickup: '06:10',
  arrive: '07:00',
  makeup: null,
  onSet: null,
  release: null,
  basis: null,
  driver: null,
  pickupFrom: null,
  performingMinutes: null,
  joinAt: null,
  notes: '',
};
const stop = { order: 1, venue: 'V01', part: 'stop', arrive: '09:00', leave: null, lunchStart: null, lunchEnd: null };
const edits = {
  kind: 'meeting',
  title: 'HoDs',
  safeTitle: 'Meeting',
  status: 'pencilled',
  when: days('2027-03-17', '2027-03-18'),
  rrule: 'FREQ=DAILY',
  except: ['2027-03-18T08:00:00'],
  overrides: [
    { occurrence: '2027-03-19T08:00:00', status: 'cancelled', when: null, venue: null, title: null, notes: null },
  ],
  venue: 'V02',
  onlineUrl: 'https://meet.example/1',
  required: [],
  optional: [{ kind: 'group', ref: 'CREW' }],
  owner: 'C07',
  parent: 'E002',
  tier: 'P2',
  notes: 'None',
  stops: [{ ...stop, contact: null, shootDays: [], notes: '' }],
  calls: [call],
  extra: { 'Unit base': 'Dock' },
};
const detailEdits = {
  specRef: 'RC4',
  dayType: 'SWD',
  block: '2',
  base: 'UB1',
  set: 'Kitchen',
  lunch: '13:00',
  lunchMinutes: 60,
  weatherCover: 'V02',
  tags: ['stunts'],
  vehicles: ['C06'],
  tourLeader: 'C06',
  ringIfLost: 'C07',
  wetWeather: 'Indoors',
  mode: 'train',
  from: 'BRC',
  to: 'LON',
};

it.each(Object.entries(edits))('an edit of %s shows as one changed field', (field, value) => {
  expect(changesOf(before, { ...before, [field]: value } as EventContent, names)).toHaveLength(1);
});

it.each(Object.entries(detailEdits))('an edit of the detail %s shows as one changed field', (field, value) => {
  const details = { ...before.details, [field]: value };
  expect(changesOf(before, { ...before, details } as EventContent, names)).toHaveLength(1);
});

it('no field of an event is left out of these edits', () => {
  expect(Object.keys({ ...edits, details: detailEdits }).sort()).toEqual(Object.keys(before).sort());
  expect(Object.keys(detailEdits).sort()).toEqual(Object.keys(before.details).sort());
});

it('of a list only the lines that differ are shown', () => {
  const both = { ...before, calls: [call, { ...call, person: personId('C07') }] };
  const later = { ...before, calls: [call, { ...call, person: personId('C07'), pickup: '05:50' }] };
  expect(changesOf(both, later, names)).toEqual([
    {
      name: 'Calls',
      old: ['Person C07 (C07): pick-up 06:10, arrive 07:00'],
      now: ['Person C07 (C07): pick-up 05:50, arrive 07:00'],
    },
  ]);
});

it('the same content has no changes, and empty fields say nothing', () => {
  expect(changesOf(before, { ...before }, names)).toEqual([]);
  expect(linesOf(before, names).map(({ name }) => name)).toEqual([
    'Title',
    'Kind',
    'Status',
    'When',
    'Where',
    'Required',
    'Privacy',
    'Notes',
    'Column Unit base',
  ]);
});
