/** Series of which a calendar shows only a part: a changed date alone, or the half that another program split off. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { instantOf, type LocalDateTime } from '../../src/model/when.ts';
import { appointment, calendarOf, id, london, type Office, openOffice, tide, timed } from './office.ts';
import { shownIn } from './shown.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const busy = async () =>
  (await office.store.read(r => r.copies.busy(tide, { from: 0, to: Number.MAX_SAFE_INTEGER }))).map(one => one.from);
const at = (text: string) => instantOf(text as LocalDateTime, london);
const events = async () => [...(await office.store.read(r => r.schedule.snapshot(tide))).events.keys()];
const series = (rrule: string) => ({
  when: timed('2027-03-01T10:00', '2027-03-01T11:00'),
  rrule,
  title: 'Weekly',
});

describe('a changed date without its series', () => {
  const alone = (recurrence: string, start: string, end: string) =>
    appointment('foreign-series', start, end, `RECURRENCE-ID:${recurrence}`);

  it('S54 is that person’s busy time and no event of ours', async () => {
    office.add('C02', 'one.ics', alone('20270308T090000Z', '20270309T140000Z', '20270309T150000Z'));
    expect(await office.sync('C02')).toMatchObject({ inbound: 0, conflicts: 0, failed: [] });
    expect(await busy()).toEqual([at('2027-03-09T14:00:00')]);
    expect(await events()).toEqual([]);
  });

  it('S54 becomes part of its series when the series is seen, and is not counted twice', async () => {
    office.add('C02', 'one.ics', alone('20270308T090000Z', '20270309T140000Z', '20270309T150000Z'));
    await office.sync('C02');
    const master = appointment('foreign-series', '20270301T090000Z', '20270301T100000Z', 'RRULE:FREQ=WEEKLY;COUNT=3');
    office.edit('C02', 'RECURRENCE-ID', text => {
      const override = /BEGIN:VEVENT[\s\S]*END:VEVENT\r\n/.exec(text)?.[0] ?? '';
      return master.replace('END:VCALENDAR', `${override}END:VCALENDAR`);
    });
    await office.sync('C02');
    expect((await busy()).sort()).toEqual([
      at('2027-03-01T09:00:00'),
      at('2027-03-09T14:00:00'),
      at('2027-03-15T09:00:00'),
    ]);
  });

  it('S54 left of our own item, it is held as a change of the series and not read as another event', async () => {
    await office.save('E6', series('FREQ=WEEKLY;COUNT=4'));
    await office.sync('C02');
    office.edit('C02', 'Weekly', text =>
      text
        .replace(/RRULE:FREQ=WEEKLY.*\r\n/, '')
        .replace('SUMMARY', 'RECURRENCE-ID;TZID=Europe/London:20270308T100000\r\nSUMMARY')
        .replaceAll('20270301T', '20270309T'),
    );
    await office.sync('C02');
    expect(await events()).toEqual(['E6']);
    const event = await office.store.read(r => r.schedule.event(tide, id('E6')));
    expect(event?.content).toMatchObject({ rrule: 'FREQ=WEEKLY;COUNT=4', when: { start: '2027-03-01T10:00:00' } });
    expect((await office.findings('open')).map(one => one.kind)).toEqual(['proposal']);
    expect(await busy()).toEqual([]);
  });
});

describe('a series that its reader’s program split in two', () => {
  /** As clients do: the item ends early, and a second item with its own UID carries on, our mark copied along. */
  const split = () => {
    const { state } = office.server.calendar('c02', 'diary');
    const [item] = state.items();
    if (!item) throw new Error('no item');
    const text = item.content.replaceAll('\r\n ', '');
    state.put(item.id, item.uid, text.replace(/RRULE:FREQ=WEEKLY.*/, 'RRULE:FREQ=WEEKLY;UNTIL=20270314T235959Z'));
    const second = text
      .replace(/UID:.*/, 'UID:split-off@phone')
      .replaceAll('20270301T1', '20270315T1')
      .replaceAll('T100000', 'T140000')
      .replaceAll('T110000', 'T150000')
      .replace(/RRULE:FREQ=WEEKLY.*/, 'RRULE:FREQ=WEEKLY;COUNT=2');
    state.put('split-off.ics', 'split-off@phone', second);
  };

  beforeEach(async () => {
    await office.save('E6', series('FREQ=WEEKLY;COUNT=4'));
    await office.sync('C02');
  });

  it('S54 keeps both items and asks the office: nobody else loses a date', async () => {
    split();
    await office.sync('C02');
    expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 0, deleted: 0, inbound: 0 });
    expect(office.items('C02')).toHaveLength(2);
    const [finding, ...others] = await office.findings('open');
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'proposal',
      event: 'E6',
      met: [{ field: 'series', ours: 'FREQ=WEEKLY;COUNT=4' }],
    });
    const event = await office.store.read(r => r.schedule.event(tide, id('E6')));
    expect(event?.version).toBe(1);
  });

  it('S54 the second half is their own event from then on: busy time, without our mark', async () => {
    split();
    await office.sync('C02');
    const marked = office.items('C02').filter(text => text.includes('X-CALLBOARD-COPY'));
    expect(marked).toHaveLength(1);
    expect(marked[0]).not.toContain('split-off');
    expect(await busy()).toEqual([at('2027-03-15T14:00:00'), at('2027-03-22T14:00:00')]);
  });
});

describe('an occurrence outside the window', () => {
  it('S54 of a series that reaches into it is seen with the series', async () => {
    await office.save('E6', { ...series('FREQ=WEEKLY'), when: timed('2024-01-01T10:00', '2024-01-01T11:00') });
    await office.sync('C02');
    office.edit('C02', 'Weekly', text => {
      const event = /BEGIN:VEVENT[\s\S]*END:VEVENT\r\n/.exec(text)?.[0] ?? '';
      const override = event
        .replace(/RRULE:FREQ=WEEKLY.*\r\n/, '')
        .replace('SUMMARY', 'RECURRENCE-ID;TZID=Europe/London:20240205T100000\r\nSUMMARY')
        .replaceAll('20240101T', '20240206T')
        .replace(/X-CALLBOARD-COPY.*(\r\n .*)*\r\n/, '');
      return text.replace('END:VCALENDAR', `${override}END:VCALENDAR`);
    });
    await office.sync('C02');
    const [finding] = await office.findings('open');
    expect(finding?.met).toMatchObject([{ occurrence: '2024-02-05T10:00:00' as OccurrenceStart }]);
    expect(
      shownIn(office.items('C02'))
        .slice(0, 7)
        .map(one => one.start),
    ).toContain('2024-02-06T10:00:00');
    expect(await office.store.read(r => r.copies.copies(calendarOf('C02')))).toHaveLength(1);
  });
});
