/** What people decide late, or take back: it is applied to what is true then, and mails nobody twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Choice } from '../../src/model/finding.ts';
import { undoEvent } from '../../src/schedule/save.ts';
import { resolveFinding } from '../../src/sync/resolve.ts';
import { lettersOf } from './letters.ts';
import { id, named, type Office, openOffice, tide, timed } from './office.ts';
import { shownIn } from './shown.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice(['C02', 'C03']);
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const day = 24 * 60 * 60_000;
const at = (hour: string) => timed(`2027-03-08T${hour}:00`, `2027-03-08T${hour}:45`);
const shown = (person: string) => shownIn(office.items(person))[0];
/** The owner of the calendar drags the event to another hour. */
const drag = (person: string, hour: string) =>
  office.edit(person, 'BEGIN:VEVENT', text =>
    text.replace(/(DTSTART;.*T)\d{4}/, `$1${hour}00`).replace(/(DTEND;.*T)\d{4}/, `$1${hour}45`),
  );
const theCard = async () => {
  const [finding, ...others] = (await office.findings('open')).filter(one => one.kind === 'conflict');
  if (!finding || others.length > 0) throw new Error('not one open card');
  return finding;
};
const decide = async (choice: Choice) => {
  const { id: card } = await theCard();
  await resolveFinding(office.store, { id: card, choice, by: 'Bethan', now: office.clock, held: [] });
  await office.sync();
};

describe('a conflict left open for a week while both sides go on', () => {
  /** Both move the event, and then each again on the following days. */
  beforeEach(async () => {
    await office.save('E1', { required: named('C02', 'C03') });
    await office.sync();
    for (const [theirs, ours] of [
      ['14', '11'],
      ['15', '12'],
      ['16', '13'],
    ] as const) {
      drag('C02', theirs);
      await office.save('E1', { when: at(ours) });
      await office.sync();
      office.clock += 2 * day;
    }
    await office.save('E1', { title: 'Renamed meanwhile' });
    await office.sync();
    office.clock += day;
  });

  it('S25 shows the latest of both sides, after those of the days before, on one card', async () => {
    const { met } = await theCard();
    expect(met.at(-1)).toMatchObject({
      field: 'when',
      ours: { start: '2027-03-08T13:00:00' },
      theirs: { start: '2027-03-08T16:00:00' },
    });
    expect(met).toHaveLength(3);
  });

  it('S25 theirs: their latest time comes in, beside what the office changed since', async () => {
    await decide('theirs');
    for (const person of ['C02', 'C03']) {
      expect(shown(person)).toMatchObject({ start: '2027-03-08T16:00:00', title: 'Renamed meanwhile' });
    }
  });

  it('S25 canonical: the office’s latest time stays', async () => {
    await decide('canonical');
    for (const person of ['C02', 'C03']) {
      expect(shown(person)).toMatchObject({ start: '2027-03-08T13:00:00', title: 'Renamed meanwhile' });
    }
    expect(await office.findings('open')).toEqual([]);
    expect(await office.sync()).toMatchObject({ updated: 0, conflicts: 0 });
  });

  it('S25 the values of the week before stay in the history', async () => {
    await decide('theirs');
    const history = await office.store.read(r => r.schedule.history(tide, id('E1')));
    const starts = history.map(line => line.content.when.start.slice(11, 13));
    expect(new Set(starts)).toEqual(new Set(['10', '11', '12', '13', '16']));
  });
});

describe('an edit taken back after copies were updated', () => {
  const undo = async (to: number) => {
    await office.store.write(async r => {
      const event = await r.schedule.event(tide, id('E1'));
      if (!event) throw new Error('no event');
      const edit = { production: tide, id: event.id, expected: event.version, to, by: 'Bethan', now: office.clock };
      await undoEvent(r, { ...edit, held: [] });
    });
    await office.sync();
  };

  beforeEach(async () => {
    await office.save('E1', { required: named('C02', 'C03') });
    await office.sync();
    await lettersOf(office);
    await office.save('E1', { when: at('14') });
    expect(await office.sync()).toMatchObject({ updated: 2 });
  });

  it('S27 before anybody was told mails nobody, and the copies are as before', async () => {
    await undo(1);
    for (const person of ['C02', 'C03']) expect(shown(person)).toMatchObject({ start: '2027-03-08T10:00:00' });
    expect(await lettersOf(office)).toEqual([]);
  });

  it('S27 after they were told mails each of them once more', async () => {
    expect(await lettersOf(office)).toHaveLength(2);
    await undo(1);
    const letters = await lettersOf(office);
    expect(letters.map(mail => mail.to).sort()).toEqual([expect.stringMatching(/c02/), expect.stringMatching(/c03/)]);
    expect(letters[0]?.text).toContain('10:00');
    for (const person of ['C02', 'C03']) expect(shown(person)).toMatchObject({ start: '2027-03-08T10:00:00' });
    expect(await lettersOf(office)).toEqual([]);
  });

  it('S27 keeps a change that a person made in the meantime', async () => {
    office.edit('C02', 'BEGIN:VEVENT', text => text.replace(/SUMMARY:.*/, 'SUMMARY:My own title'));
    await undo(1);
    expect(shown('C02')).toMatchObject({ start: '2027-03-08T10:00:00', title: 'My own title' });
    expect((await office.findings('open')).map(one => one.kind)).toEqual(['proposal']);
  });
});
