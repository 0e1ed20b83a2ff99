/** A server that gives its items other names: they are recognised, not doubled, not deleted. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarOf, type Office, openOffice } from './office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice(['C02', 'C03']);
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

/** The server gives every item of a person another name, as after a move to another machine. */
function renameAll(person: string, change: (text: string) => string = text => text): void {
  const { state } = office.server.calendar(person.toLowerCase(), 'diary');
  for (const item of state.items()) {
    state.remove(item.id);
    state.put(`renamed-${item.uid}.ics`, item.uid, change(item.content));
  }
}

const names = (person: string) =>
  office.server
    .calendar(person.toLowerCase(), 'diary')
    .state.items()
    .map(item => item.id);
const copies = () => office.store.read(r => r.copies.copies(calendarOf('C02')));

describe('a server that gives all its items other names', () => {
  beforeEach(async () => {
    for (let n = 0; n < 12; n += 1) await office.save(`E${n}`, { title: `Meeting number ${n}` });
    await office.sync('C02');
    office.requests();
  });

  it('S11 loses nothing: the copies are found again by their marks', async () => {
    renameAll('C02');
    expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 0, deleted: 0, conflicts: 0, failed: [] });
    expect(names('C02')).toHaveLength(12);
    expect((await office.row('C02')).state).toBe('ok');
    expect((await copies()).map(copy => copy.remoteId?.split('/').at(-1)).sort()).toEqual(names('C02'));
    expect(office.requests()).not.toContain('DELETE');
  });

  it('S11 with its memory of changes lost as well, the same', async () => {
    renameAll('C02');
    office.server.calendar('c02', 'diary').state.expireTokens();
    expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 0, deleted: 0, conflicts: 0, failed: [] });
    expect(names('C02')).toHaveLength(12);
  });

  it('S11 while an edit of each side is on its way', async () => {
    await office.save('E3', { title: 'Ours' });
    renameAll('C02', text => text.replace('SUMMARY:Meeting number 4', 'SUMMARY:Theirs'));
    expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 1, deleted: 0, conflicts: 1, failed: [] });
    expect(office.items('C02').some(text => text.includes('SUMMARY:Ours'))).toBe(true);
    const [finding] = await office.findings('open');
    expect(finding).toMatchObject({ kind: 'proposal', event: 'E4', met: [{ theirs: 'Theirs' }] });
  });

  it('S11 that drops marks on the way: the copies are found again by their UIDs', async () => {
    renameAll('C02', text => text.replace(/X-CALLBOARD-COPY:.*(\r\n .*)*\r\n/, ''));
    const report = await office.sync('C02');
    expect(report).toMatchObject({ created: 0, deleted: 0, conflicts: 0 });
    expect(names('C02')).toHaveLength(12);
    expect(office.requests()).not.toContain('DELETE');
  });

  it('S11 and goes on as before: an edit reaches the renamed item, a cancellation takes it away', async () => {
    renameAll('C02');
    await office.sync('C02');
    await office.save('E1', { title: 'Renamed' });
    await office.save('E2', { status: 'cancelled' });
    expect(await office.sync('C02')).toMatchObject({ created: 0, updated: 1, deleted: 1, failed: [] });
    expect(office.items('C02')).toHaveLength(11);
  });
});
