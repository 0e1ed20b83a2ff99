import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appointment, calendarOf, id, type Office, openOffice, timed } from './office.ts';

let office: Office;
beforeEach(async () => {
  office = await openOffice();
});
afterEach(async () => {
  await office[Symbol.asyncDispose]();
});

const eleven = timed('2027-03-08T11:00', '2027-03-08T12:00');
const fill = async (count: number) => {
  for (let n = 0; n < count; n += 1) await office.save(`E${String(n).padStart(3, '0')}`);
};

describe('copies', () => {
  it('an event appears once in its person’s calendar, and a second pass writes nothing and costs one request', async () => {
    await office.save('E001');
    expect(await office.sync()).toMatchObject({ created: 1, failed: [] });
    expect(office.items('C02')).toHaveLength(1);
    expect(office.items('C02')[0]).toContain('SUMMARY:Meeting E001');
    await office.sync();
    office.requests();
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, requests: 1 });
    expect(office.requests()).toEqual(['REPORT']);
  });
  it('a change is one conditional write', async () => {
    await office.save('E001');
    await office.sync();
    await office.save('E001', { when: eleven });
    expect(await office.sync()).toMatchObject({ created: 0, updated: 1 });
    expect(office.items('C02')[0]).toContain('DTSTART;TZID=Europe/London:20270308T110000');
  });
  it('a cancelled event leaves the calendar', async () => {
    await office.save('E001');
    await office.sync();
    await office.save('E001', { status: 'cancelled' });
    expect(await office.sync()).toMatchObject({ deleted: 1 });
    expect(office.items('C02')).toEqual([]);
  });
  it('S14 a copy made in this pass is not deleted by it', async () => {
    await fill(3);
    await office.sync();
    expect(office.items('C02')).toHaveLength(3);
  });
});

describe('what a person does in their calendar', () => {
  it('an edit becomes a proposal, their copy stays as they made it', async () => {
    await office.save('E001');
    await office.sync();
    office.edit('C02', 'Meeting E001', text => text.replaceAll('T100000', 'T140000').replaceAll('T110000', 'T150000'));
    expect(await office.sync()).toMatchObject({ updated: 0, conflicts: 1 });
    const [finding] = await office.findings('open');
    expect(finding).toMatchObject({ kind: 'proposal', event: 'E001', person: 'C02' });
    expect(finding?.met[0]).toMatchObject({ field: 'when', theirs: { start: '2027-03-08T14:00:00' } });
    expect(office.items('C02')[0]).toContain('T140000');
    expect(await office.sync()).toMatchObject({ updated: 0, conflicts: 0 });
  });
  it('an owner’s move is accepted under their name', async () => {
    await office.save('E001', { owner: 'C02' as never });
    await office.sync();
    office.edit('C02', 'Meeting E001', text => text.replaceAll('T100000', 'T140000').replaceAll('T110000', 'T150000'));
    expect(await office.sync()).toMatchObject({ inbound: 1, updated: 0 });
    const event = await office.store.read(r => r.schedule.event('tide' as never, id('E001')));
    expect(event?.content.when).toMatchObject({ start: '2027-03-08T14:00:00' });
    expect(event?.updatedBy).toBe('Person C02');
    expect(await office.findings('open')).toEqual([]);
  });
  it('S6 a deletion is not put back and not carried to anyone else', async () => {
    await office.save('E001');
    await office.sync();
    office.drop('C02', 'Meeting E001');
    await office.sync();
    expect(office.items('C02')).toEqual([]);
    expect(await office.findings('open')).toMatchObject([{ kind: 'removal', event: 'E001' }]);
    const event = await office.store.read(r => r.schedule.event('tide' as never, id('E001')));
    expect(event?.content.status).toBe('confirmed');
    await office.sync();
    expect(office.items('C02')).toEqual([]);
  });
  it('S16 a note of theirs and a new time of ours both survive', async () => {
    await office.save('E001');
    await office.sync();
    office.edit('C02', 'Meeting E001', text =>
      text.replace('leaves them alone ____', 'leaves them alone ____\\nbring cake'),
    );
    await office.save('E001', { when: eleven });
    expect(await office.sync()).toMatchObject({ updated: 1, conflicts: 0 });
    const text = office.items('C02')[0]?.replaceAll('\r\n ', '') ?? '';
    expect(text).toContain('bring cake');
    expect(text).toContain('20270308T110000');
  });
  it('S18 both move one event: ours stands, theirs is on a card, the rest goes on', async () => {
    await office.save('E001');
    await office.save('E002');
    await office.sync();
    office.edit('C02', 'Meeting E001', text => text.replaceAll('T100000', 'T140000').replaceAll('T110000', 'T150000'));
    await office.save('E001', { when: eleven });
    await office.save('E002', { title: 'Renamed' });
    expect(await office.sync()).toMatchObject({ updated: 2, conflicts: 1 });
    const [finding] = await office.findings('open');
    expect(finding?.kind).toBe('conflict');
    expect(finding?.met[0]).toMatchObject({
      field: 'when',
      base: { start: '2027-03-08T10:00:00' },
      ours: { start: '2027-03-08T11:00:00' },
      theirs: { start: '2027-03-08T14:00:00' },
    });
    expect(office.items('C02').join()).toContain('SUMMARY:Renamed');
  });
  it('S90 a private appointment is kept as busy time and nothing else', async () => {
    office.add('C02', 'dentist.ics', appointment('d1', '20270309T140000Z', '20270309T150000Z'));
    await office.sync();
    const busy = await office.store.read(r => r.copies.busy('tide' as never, { from: 0, to: Number.MAX_SAFE_INTEGER }));
    expect(busy).toMatchObject([{ person: 'C02', tentative: false }]);
    const sights = await office.store.read(r => r.copies.sights(calendarOf('C02')));
    expect(JSON.stringify(sights)).not.toContain('canary');
  });
  it('S46 a floating time takes the production’s zone and says so', async () => {
    office.add('C02', 'float.ics', appointment('f1', '20270329T090000', '20270329T100000'));
    await office.sync();
    const busy = await office.store.read(r => r.copies.busy('tide' as never, { from: 0, to: Number.MAX_SAFE_INTEGER }));
    expect(busy[0]?.from).toBe(Date.parse('2027-03-29T08:00:00Z'));
    expect(await office.findings('open')).toMatchObject([{ kind: 'item' }]);
  });
});

describe('brakes', () => {
  it('S3 a calendar that came back empty is halted until a person releases it', async () => {
    await fill(8);
    await office.sync();
    office.server.calendar('c02', 'diary').state.wipe();
    const report = await office.sync();
    expect(report.failed).toMatchObject([{ calendar: 'C02-caldav' }]);
    expect((await office.row('C02')).state).toBe('halted');
    expect(office.items('C02')).toEqual([]);
    expect(await office.findings('open')).toMatchObject([{ kind: 'brake' }]);
  });
  it('S4 two empty sides raise no alarm', async () => {
    expect(await office.sync()).toMatchObject({ failed: [], conflicts: 0 });
  });
  it('S5 many cancellations at once are held, a change beside them goes out', async () => {
    await fill(10);
    await office.sync();
    for (let n = 0; n < 6; n += 1) await office.save(`E00${n}`, { status: 'cancelled' });
    await office.save('E009', { title: 'Still on' });
    expect(await office.sync()).toMatchObject({ deleted: 0, updated: 1 });
    expect(office.items('C02')).toHaveLength(10);
    await office.store.write(r => r.calendars.patch(calendarOf('C02'), { released: true, plannedFrom: null }));
    expect(await office.sync()).toMatchObject({ deleted: 6 });
    expect(await office.findings('open')).toEqual([]);
  });
});

describe('what goes wrong on the way', () => {
  it('S23 a write that was answered 500 after being done counts as done', async () => {
    await office.save('E001');
    await office.sync();
    await office.save('E001', { when: eleven });
    office.server.fail({ method: 'PUT', after: true, reply: { status: 500 } });
    expect((await office.sync()).failed).toHaveLength(1);
    office.requests();
    expect(await office.sync()).toMatchObject({ updated: 0, conflicts: 0, failed: [] });
    expect(office.requests()).not.toContain('PUT');
  });
  it('S34 S35 a create whose reply was lost is found, not repeated', async () => {
    await office.save('E001');
    office.server.fail({ method: 'PUT', drop: 'after' });
    expect((await office.sync()).failed).toHaveLength(1);
    expect(await office.sync()).toMatchObject({ failed: [], conflicts: 0 });
    expect(office.items('C02')).toHaveLength(1);
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0 });
  });
  it('S21 a failed write leaves the edit waiting and the base where it was', async () => {
    await office.save('E001');
    await office.sync();
    await office.save('E001', { when: eleven });
    office.server.fail({ method: 'PUT', reply: { status: 503 } });
    expect((await office.sync()).failed).toHaveLength(1);
    expect(office.items('C02')[0]).toContain('T100000');
    expect(await office.sync()).toMatchObject({ updated: 1, conflicts: 0 });
    expect(office.items('C02')[0]).toContain('DTSTART;TZID=Europe/London:20270308T110000');
  });
  it('S22 an edit made between our look and our write is not written over', async () => {
    await office.save('E001');
    await office.sync();
    await office.save('E001', { title: 'Ours' });
    let once = true;
    const fetcher: typeof fetch = async (input, init) => {
      if (init?.method === 'PUT' && once) {
        once = false;
        office.edit('C02', 'Meeting E001', text => text.replace(/LOCATION:.*/, 'LOCATION:Their pub'));
      }
      return await fetch(input, init);
    };
    Object.assign(office.parts, { fetch: fetcher });
    expect(await office.sync()).toMatchObject({ updated: 1, conflicts: 1, failed: [] });
    expect(office.items('C02')[0]).toContain('SUMMARY:Ours');
    expect(office.items('C02')[0]).toContain('Their pub');
  });
  it('S73 an expired sync token leads to a full listing without any write', async () => {
    await fill(5);
    await office.sync();
    office.server.calendar('c02', 'diary').state.expireTokens();
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, failed: [], conflicts: 0 });
  });
  it('S1 a listing that answers nothing, a page, or an error deletes nothing and marks the calendar unread', async () => {
    await fill(3);
    await office.sync();
    for (const reply of [{ status: 200 }, { status: 200, body: '<html>hello</html>' }, { status: 503 }]) {
      office.server.fail({ method: 'REPORT', reply });
      expect((await office.sync()).failed, String(reply.status)).toHaveLength(1);
      expect((await office.row('C02')).state).toBe('unread');
    }
    Object.assign(office.parts, { fetch: async () => new Response('no', { status: 403 }) });
    expect((await office.sync()).failed, 'everything is refused').toHaveLength(1);
    Object.assign(office.parts, { fetch: globalThis.fetch });
    expect(await office.sync()).toMatchObject({ created: 0, deleted: 0, failed: [] });
    expect(office.items('C02')).toHaveLength(3);
  });
  it('S62 one refused event is set aside with its reason, the rest goes on', async () => {
    await fill(3);
    office.server.fail({ method: 'PUT', reply: { status: 415 } });
    expect(await office.sync()).toMatchObject({ created: 2, failed: [] });
    const copies = await office.store.read(r => r.copies.copies(calendarOf('C02')));
    expect(copies.filter(copy => copy.state === 'stuck')).toMatchObject([{ problem: expect.any(String) }]);
    office.requests();
    await office.sync();
    expect(office.requests()).toEqual(['REPORT']);
  });
  it('S63 an item that is gone already counts as deleted', async () => {
    await office.save('E001');
    await office.sync();
    await office.save('E001', { status: 'cancelled' });
    office.server.fail({ method: 'DELETE', reply: { status: 404 } });
    expect(await office.sync()).toMatchObject({ deleted: 1, failed: [] });
  });
  it('S65 a network cut in the middle of many writes: what was done is recorded, the rest resumes', async () => {
    await fill(30);
    let puts = 0;
    const fetcher: typeof fetch = async (input, init) => {
      if (init?.method === 'PUT') {
        puts += 1;
        if (puts > 12) throw new TypeError('fetch failed');
      }
      return await fetch(input, init);
    };
    Object.assign(office.parts, { fetch: fetcher });
    expect(await office.sync()).toMatchObject({ created: 12, failed: [expect.anything()] });
    Object.assign(office.parts, { fetch: globalThis.fetch });
    expect(await office.sync()).toMatchObject({ created: 18, failed: [], conflicts: 0 });
    expect(office.items('C02')).toHaveLength(30);
  });
  it('S15 a store that was lost finds its copies again, without a duplicate or a write', async () => {
    await fill(4);
    await office.sync();
    const { link } = await office.row('C02');
    await office.store.write(async r => {
      await r.calendars.removeLink(link.id);
      await r.calendars.putLink(link);
    });
    expect(await office.sync()).toMatchObject({ created: 0, updated: 0, deleted: 0, failed: [], conflicts: 0 });
    expect(office.items('C02')).toHaveLength(4);
  });
});
