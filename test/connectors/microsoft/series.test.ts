import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slotsOf } from '../../../connectors/sandbox/microsoft-event.ts';
import { occurrences } from '../../../src/ical/expand.ts';
import type { Face, Fields } from '../../../src/model/face.ts';
import { brandId } from '../../../src/model/ids.ts';
import type { Series } from '../../../src/model/series.ts';
import { creationOf } from '../../contract/bench.ts';
import { timed } from '../../contract/faces.ts';
import { type Outlook, openOutlook } from './outlook.ts';

let outlook: Outlook;
beforeEach(async () => {
  outlook = await openOutlook();
});
afterEach(() => outlook[Symbol.asyncDispose]());

const when = timed('2027-03-15T09:00:00', '2027-03-15T10:00:00');
const plain: Series = { rrule: 'FREQ=WEEKLY;COUNT=6', exdates: [], overrides: [] };
const moved: Series['overrides'][number] = {
  occurrence: brandId('2027-03-29T09:00:00'),
  face: {
    when: timed('2027-03-30T14:00:00', '2027-03-30T15:00:00'),
    title: 'Production meeting (Tuesday)',
    place: 'Stage 2',
    notes: 'Week 3 only.',
    busy: 'busy',
  },
};
const dated: Series = { ...plain, exdates: [brandId('2027-04-12T09:00:00')], overrides: [moved] };

const update = async (item: Parameters<Outlook['look']>[0], fields: Fields) =>
  outlook.session.update(await outlook.look(item), { ...creationOf(1), fields });

describe('a series in Outlook', () => {
  it('S50 keeps week 3 moved and week 5 taken out as one series', async () => {
    const item = await outlook.place(1, { when, series: dated });
    expect(item.face).toMatchObject({ when, series: dated });
    expect(outlook.hand.all()).toHaveLength(1);
    const [kept] = outlook.hand.all();
    expect(kept?.event.cancelled).toEqual(['2027-04-12T09:00:00']);
    expect([...(kept?.event.exceptions.keys() ?? [])]).toEqual(['2027-03-29T09:00:00']);
  });

  it('keeps its single dates when its text changes', async () => {
    const item = await outlook.place(1, { when, series: dated });
    const { observed } = await update(item, { title: 'HoD meeting' });
    expect(observed?.face).toMatchObject({ title: 'HoD meeting', when, series: dated });
  });

  it('carries its single dates along when it moves to another time of day, though Outlook drops them', async () => {
    const item = await outlook.place(1, { when, series: dated });
    const later = timed('2027-03-15T11:00:00', '2027-03-15T12:00:00');
    const { observed } = await update(item, { when: later });
    expect(observed?.face.series?.exdates).toEqual(['2027-04-12T11:00:00']);
    expect(observed?.face.series?.overrides).toEqual([{ ...moved, occurrence: '2027-03-29T11:00:00' }]);
  });

  it('brings back a date that was taken out, and a changed one as it was', async () => {
    const item = await outlook.place(1, { when, series: dated });
    const { observed } = await update(item, { when, series: plain });
    expect(observed?.face.series).toEqual(plain);
  });

  it('takes back a changed date without touching the others', async () => {
    const item = await outlook.place(1, { when, series: dated });
    const { observed } = await update(item, { when, series: { ...dated, overrides: [] } });
    expect(observed?.face.series).toEqual({ ...dated, overrides: [] });
  });

  it('becomes a single event and a series again', async () => {
    const item = await outlook.place(1, { when, series: dated });
    expect((await update(item, { when, series: null })).observed?.face.series).toBeNull();
    expect((await update(item, { when, series: dated })).observed?.face.series).toEqual(dated);
  });

  it('S52 split at a date keeps the exceptions of either part', async () => {
    const item = await outlook.place(1, { when, series: dated });
    const first: Series = { ...dated, rrule: 'FREQ=WEEKLY;UNTIL=20270404T225959Z', exdates: [] };
    const { observed } = await update(item, { when, series: first });
    expect(observed?.face.series).toEqual(first);
    const start = timed('2027-04-05T09:00:00', '2027-04-05T10:00:00');
    const rest: Series = { rrule: 'FREQ=WEEKLY;COUNT=3', exdates: dated.exdates, overrides: [] };
    const second = await outlook.place(2, { when: start, series: rest });
    expect(second.face).toMatchObject({ when: start, series: rest });
  });

  it('with a rule that Outlook has no pattern for is refused before anything is written', async () => {
    const face: Fields = { when, series: { ...plain, rrule: 'FREQ=MONTHLY;BYMONTHDAY=15,20' } };
    await expect(outlook.session.create(creationOf(1, face))).rejects.toMatchObject({
      kind: 'unsupported',
      outcome: 'not-done',
    });
    expect(outlook.hand.all()).toEqual([]);
  });

  it.each([
    ['FREQ=WEEKLY;BYDAY=TU,TH;COUNT=5', 'a Monday, then Tuesdays and Thursdays'],
    ['FREQ=MONTHLY;BYDAY=3MO,1TU;UNTIL=20270701T000000Z', 'two ordinals'],
    ['FREQ=MONTHLY;BYMONTHDAY=15,25;COUNT=4', 'two days of a month'],
  ])('with the rule %s (%s) is held by a wider pattern without the dates that are too many', async rrule => {
    const item = await outlook.place(1, { when, series: { ...plain, rrule } });
    expect(item.face.series).toEqual({ ...plain, rrule });
    const [kept] = outlook.hand.all();
    const shown = slotsOf(kept!.event, Temporal.PlainDate.from('2028-01-01'));
    const there = shown.filter(slot => !kept?.event.cancelled.includes(slot));
    const range = { from: 0, to: Date.parse('2028-01-01T00:00:00Z') };
    const wanted = occurrences(when, { ...plain, rrule }, range, 100).starts.map(({ occurrence }) => occurrence);
    expect(there).toEqual(wanted);
    const second = wanted[1]!;
    outlook.hand.removeInstance(item.remoteId, second);
    expect((await outlook.look(item)).face.series?.exdates).toEqual([second]);
    await update(item, { title: 'Later' });
    expect((await outlook.look(item)).face).toMatchObject({ title: 'Later', series: { rrule, exdates: [second] } });
  });

  it('whose date would pass its neighbour is refused by Outlook, and says why', async () => {
    const far = { ...moved, face: { ...moved.face, when: timed('2027-04-06T14:00:00', '2027-04-06T15:00:00') } };
    const face: Fields = { when, series: { ...plain, overrides: [far] } };
    await expect(outlook.session.create(creationOf(1, face))).rejects.toMatchObject({
      kind: 'rejected',
      message: expect.stringContaining('neighbour'),
    });
    expect(outlook.hand.all()).toEqual([]);
  });

  it('keeps a rule in the words in which it was given, and shows a changed pattern in our own', async () => {
    const series = { ...plain, rrule: 'FREQ=WEEKLY;WKST=SU;BYDAY=MO,WE;COUNT=8' };
    const item = await outlook.place(1, { when, series });
    expect(item.face.series).toEqual(series);
    const recurrence = outlook.hand.get(item.remoteId)?.recurrence;
    if (!recurrence) throw new Error('no series');
    outlook.hand.edit(item.remoteId, {
      recurrence: { ...recurrence, pattern: { ...recurrence.pattern, daysOfWeek: ['monday', 'friday'] } },
    });
    expect((await outlook.look(item)).face.series?.rrule).toBe('FREQ=WEEKLY;BYDAY=MO,FR;COUNT=8');
  });
});

describe('a series whose writing is cut off', () => {
  const creation = creationOf(1, { when, series: dated });

  it.each([
    ['while its dates are written', { method: 'PATCH', drop: 'before' }],
    ['while a date is taken out', { method: 'DELETE', reply: { status: 503 } }],
  ] as const)('%s is not taken for what a person made of it, and a repeated create completes it', async (_, fault) => {
    outlook.sandbox.fail(fault);
    await expect(outlook.session.create(creation)).rejects.toMatchObject({ outcome: 'unknown' });
    expect((await outlook.read(null)).items).toMatchObject([{ kind: 'unreadable' }]);
    const { observed } = await outlook.session.create({ ...creation, marker: { ...creation.marker, version: 2 } });
    expect(observed).toMatchObject({ marker: { version: 2 }, face: { series: dated } });
    expect(outlook.hand.all()).toHaveLength(1);
  });

  it('S32 after its reply was lost is one series, with its mark', async () => {
    outlook.sandbox.fail({ method: 'POST', path: /\/events$/, drop: 'after' });
    await expect(outlook.session.create(creation)).rejects.toMatchObject({ outcome: 'unknown' });
    expect((await outlook.session.create(creation)).observed).toMatchObject({ marker: creation.marker });
    expect(await outlook.session.find(creation)).toMatchObject({ face: { series: dated } satisfies Partial<Face> });
    expect(outlook.hand.all()).toHaveLength(1);
  });
});
