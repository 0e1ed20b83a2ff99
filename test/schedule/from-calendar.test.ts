import { describe, expect, it } from 'vitest';
import type { EventContent } from '../../src/model/event.ts';
import { brandId, type ProductionId, type VenueId } from '../../src/model/ids.ts';
import type { Venue } from '../../src/model/person.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import type { LocalDate, LocalDateTime, Timed } from '../../src/model/when.ts';
import { contentFromCopy } from '../../src/schedule/from-calendar.ts';
import { london, meeting } from './world.ts';

const venue = (id: string, name: string, address: string): Venue => ({
  production: brandId<ProductionId>('tidewrack'),
  id: brandId(id),
  name,
  kind: '',
  address,
  lat: null,
  lon: null,
  zone: '',
  stepFree: null,
  exclusive: false,
  capacity: null,
  parking: '',
  contact: '',
  hazards: '',
  notes: '',
  addressTier: 'P1',
  extra: {},
  version: 1,
});
const venues = new Map<VenueId, Venue>(
  [venue('V1', 'Lantern House', 'Marlwood Road'), venue('V2', 'Gym', 'Foundry Way'), venue('V3', 'Gym', 'Hill')].map(
    each => [each.id, each],
  ),
);
const taken = (content: EventContent, fields: Parameters<typeof contentFromCopy>[1]) =>
  contentFromCopy(content, fields, { venues });
const at = (start: string, end: string): Timed => ({
  kind: 'timed',
  start: start as LocalDateTime,
  end: end as LocalDateTime,
  zone: london,
});

describe('a person’s edit of their copy', () => {
  it('takes a new time and title', () => {
    const when = at('2027-03-02T14:00:00', '2027-03-02T15:00:00');
    expect(taken(meeting, { when, title: ' Draft 4 ' })).toEqual({ content: { ...meeting, when, title: 'Draft 4' } });
  });

  it('whole days keep the zone of the event, since a calendar shows none', () => {
    const days = { kind: 'all-day' as const, start: '2027-03-02' as LocalDate, end: '2027-03-03' as LocalDate };
    const read = taken(meeting, { when: { ...days, zone: 'America/New_York' as typeof london } });
    expect(read).toMatchObject({ content: { when: { ...days, zone: london } } });
  });

  it.each(['V1', 'lantern house', 'Lantern House, Marlwood Road', '  LANTERN  house , '.replace(' , ', '')])(
    'takes a place that names one venue: %s',
    place => expect(taken(meeting, { place })).toMatchObject({ content: { venue: 'V1' } }),
  );

  it('does not take a place that is no venue, or may be several', () => {
    expect(taken(meeting, { place: 'My kitchen' })).toEqual({ problem: 'not a known venue' });
    expect(taken(meeting, { place: 'Gym' })).toEqual({ problem: 'several venues are called so' });
  });

  it.each(['notes', 'url', 'busy'] as const)('does not take %s', field => {
    const fields = { notes: 'x', url: 'https://x.test', busy: 'free' as const };
    expect(taken(meeting, { [field]: fields[field] })).toHaveProperty('problem');
  });
});

describe('a person’s edit of a series', () => {
  const week = (n: number) => `2027-03-${String(2 + 7 * n).padStart(2, '0')}T10:00:00` as OccurrenceStart;
  const cancelled = {
    occurrence: week(3),
    status: 'cancelled' as const,
    when: null,
    venue: null,
    title: null,
    notes: 'off',
  };
  const series: EventContent = {
    ...meeting,
    venue: brandId('V1'),
    safeTitle: 'Meeting',
    rrule: 'FREQ=WEEKLY;COUNT=5',
    overrides: [cancelled],
  };
  const face = (changed: object) => ({
    when: at('2027-03-09T10:00:00', '2027-03-09T11:00:00'),
    title: 'Script talk',
    place: 'Lantern House, Marlwood Road',
    notes: '',
    busy: 'busy' as const,
    ...changed,
  });
  const overrides = (changed: object) => [{ occurrence: week(1), face: face(changed) }];
  const rrule = 'FREQ=WEEKLY;COUNT=5';

  it('S51 of one moved date is a change of that date alone', () => {
    const when = at('2027-03-10T12:00:00', '2027-03-10T13:00:00');
    const read = taken(series, { series: { rrule, exdates: [week(3)], overrides: overrides({ when }) } });
    expect(read).toEqual({
      content: {
        ...series,
        except: [],
        overrides: [{ occurrence: week(1), status: 'changed', when, venue: null, title: null, notes: null }, cancelled],
      },
    });
  });

  it('of one deleted date leaves that date out', () => {
    const read = taken(series, { series: { rrule, exdates: [week(2), week(3)], overrides: [] } });
    expect(read).toMatchObject({ content: { except: [week(2)], overrides: [cancelled] } });
  });

  it('a safe title that the person was shown never becomes the title', () => {
    const read = taken(series, { series: { rrule, exdates: [week(3)], overrides: overrides({ title: 'Meeting' }) } });
    expect(read).toMatchObject({ content: { title: 'Script talk', overrides: [cancelled] } });
  });

  it('of one date’s place needs a known venue', () => {
    const place = (text: string) =>
      taken(series, { series: { rrule, exdates: [], overrides: overrides({ place: text }) } });
    expect(place('Gym, Hill')).toMatchObject({ content: { overrides: [{ venue: 'V3' }] } });
    expect(place('My kitchen')).toEqual({ problem: 'not a known venue' });
  });

  it('that ends the repetition is not taken', () => {
    expect(taken(series, { series: null })).toHaveProperty('problem');
  });
});
