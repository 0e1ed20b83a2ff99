/** What callboard itself adds to a copy (mark, line, blocks of notes) comes back with it, and stays one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notesLine } from '../../src/model/face.ts';
import { named, type Office, openOffice } from './office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice(['C02', 'C03']);
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

describe('what callboard adds to a copy', () => {
  const count = (text: string, part: string) => text.replaceAll('\r\n ', '').split(part).length - 1;

  it('S39 comes back with every change and is not added again', async () => {
    await office.save('E1', { title: 'Casting', notes: 'Bring sides', owner: null });
    await office.sync('C02');
    const title = /SUMMARY:(.*)\r/.exec(office.items('C02')[0] ?? '')?.[1] ?? '';
    for (let round = 0; round < 4; round += 1) {
      office.edit('C02', 'Casting', text => text.replace('BEGIN:VEVENT', `BEGIN:VEVENT\r\nX-ROUND:${round}`));
      await office.sync('C02');
      await office.save('E1', { notes: `Bring sides, ${round}` });
      await office.sync('C02');
    }
    const [text = ''] = office.items('C02');
    expect(/SUMMARY:(.*)\r/.exec(text)?.[1]).toBe(title);
    expect(count(text, 'X-CALLBOARD-COPY')).toBe(1);
    expect(count(text, 'Notes: ')).toBe(1);
    expect(count(text, notesLine.replace(';', '\\;'))).toBe(1);
  });

  it('S39 is not taken into the schedule with the title that its owner typed', async () => {
    const owner = named('C02')[0];
    if (owner?.kind !== 'person') throw new Error('no owner');
    await office.save('E1', { title: 'Casting', owner: owner.id, required: named('C02', 'C03'), notes: 'Bring sides' });
    await office.sync();
    for (const title of ['Casting round two', 'Casting round two (final)']) {
      office.edit('C02', 'SUMMARY:Casting', text => text.replace(/SUMMARY:.*/, `SUMMARY:${title}`));
      await office.sync();
      for (const person of ['C02', 'C03']) {
        expect(office.items(person)[0]).toContain(`SUMMARY:${title}\r\n`);
        expect(count(office.items(person)[0] ?? '', 'Notes: ')).toBe(1);
      }
    }
    expect(await office.sync()).toMatchObject({ updated: 0, inbound: 0, conflicts: 0 });
  });
});
