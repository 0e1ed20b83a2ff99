import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CaldavSandbox, startCaldavSandbox } from '../../../connectors/sandbox/caldav-server.ts';
import { busyBlocks } from '../../../src/ical/expand.ts';
import type { Observed } from '../../../src/model/copy.ts';
import { createLog } from '../../../src/runtime/log.ts';
import { systemRuntime } from '../../../src/runtime/system.ts';
import type { CalendarSession } from '../../../src/sync/connector.ts';
import { type Bench, creationOf, knowing, now, presents, sweep } from '../../contract/bench.ts';
import { alice, sandboxBench } from '../../contract/caldav-bench.ts';
import { foreignEvent } from '../../contract/caldav-hand.ts';

let sandbox: CaldavSandbox;
let bench: Bench;
let session: CalendarSession;
let number = 0;
beforeAll(async () => {
  sandbox = await startCaldavSandbox({ runtime: systemRuntime(createLog('silent')), users: [alice] });
});
afterAll(() => sandbox.stop());
beforeEach(async () => {
  number += 1;
  bench = sandboxBench(sandbox, `cal${number}`);
  session = await bench.open();
});

const state = () => sandbox.calendar(alice.name, `cal${number}`).state;
const nameOf = ({ remoteId }: Observed) => remoteId.split('/').at(-1);
const event = (uid: string, ...lines: string[]) =>
  ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261122T000000Z', ...lines, 'END:VEVENT'].join('\r\n');
const calendar = (...parts: string[]) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${parts.join('\r\n')}\r\nEND:VCALENDAR\r\n`;
const at = (day: string) => [`DTSTART:202703${day}T100000Z`, `DTEND:202703${day}T110000Z`];

describe('what the only guest of an invitation answered', () => {
  const guest = (partstat: string, address = 'mailto:Ann@tide.test') => `ATTENDEE;PARTSTAT=${partstat}:${address}`;
  const answer = (given: string) => ({ answer: given, at: null, comment: '', attendee: 'Ann@tide.test' });

  it.each([
    ['S86 accepted', [guest('ACCEPTED')], answer('accepted')],
    ['S86 tentative', [guest('TENTATIVE', 'MAILTO:Ann@tide.test')], answer('tentative')],
    ['S86 declined', [guest('DECLINED')], answer('declined')],
    ['nothing yet', [guest('NEEDS-ACTION')], null],
    [
      'of several nobody can tell which is the owner',
      [guest('ACCEPTED'), guest('ACCEPTED', 'mailto:bo@tide.test')],
      null,
    ],
    ['no address', [guest('ACCEPTED', '/principals/ann/')], null],
    ['no guest', [], null],
  ])('%s', async (_name, guests, response) => {
    state().put(
      'invitation.ics',
      'u',
      calendar(event('u', ...at('01'), 'ORGANIZER:mailto:office@tide.test', ...guests)),
    );
    expect(presents((await sweep(session, null)).items)).toMatchObject([{ response }]);
  });
});

describe('items that are not as they should be', () => {
  it('S62 one that cannot be read is set aside, and the others are read', async () => {
    state().put('good.ics', 'good', foreignEvent('good', '20270301T100000Z'));
    state().put('broken.ics', 'broken', 'this is no calendar');
    state().put('cut.ics', 'cut', foreignEvent('cut', '20270301T100000Z').slice(0, 120));
    state().put('date.ics', 'date', calendar(event('date', 'DTSTART:soon', 'SUMMARY:Secret plan')));
    const { items } = await sweep(session, null);
    expect(presents(items).map(nameOf)).toEqual(['good.ics']);
    const set = items.filter(item => item.kind === 'unreadable');
    expect(set.map(nameOf).toSorted()).toEqual(['broken.ics', 'cut.ics', 'date.ics']);
    for (const { problem } of set) expect(problem).not.toMatch(/secret|\n/i);
  });

  it('one that holds two events is set aside', async () => {
    state().put('two.ics', 'a', calendar(event('a', ...at('01')), event('b', ...at('02'))));
    expect((await sweep(session, null)).items).toMatchObject([
      { kind: 'unreadable', problem: 'it holds more than one event' },
    ]);
  });

  it('S37 a UID that comes twice is reported once, and never on our own item', async () => {
    await session.create(creationOf(1));
    const own = state().items()[0]!;
    state().remove(own.id);
    state().put('listed-first.ics', 'twin', own.content);
    state().put(own.id, own.uid, own.content);
    const { items } = await sweep(session, null);
    expect(presents(items).map(nameOf)).toEqual([own.id]);
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'unreadable', problem: 'its UID is that of another item in the calendar' }),
    );
  });

  it('a to-do is no item', async () => {
    const todo = 'BEGIN:VTODO\r\nUID:t\r\nDTSTAMP:20261122T000000Z\r\nSUMMARY:Buy tape\r\nEND:VTODO';
    state().put('todo.ics', 't', calendar(todo));
    expect(presents((await sweep(session, null)).items)).toEqual([]);
  });

  it('a foreign series with an extra date blocks that date as well', async () => {
    const rule = 'RRULE:FREQ=WEEKLY;COUNT=2';
    state().put('class.ics', 'c', calendar(event('c', ...at('01'), rule, 'RDATE:20270303T100000Z')));
    const [item] = presents((await sweep(session, null)).items);
    const blocks = busyBlocks(item!.face, item!.blocks, { from: now, to: Date.parse('2027-12-01T00:00:00Z') });
    expect(blocks.map(({ from }) => new Date(from).toISOString().slice(0, 10))).toEqual([
      '2027-03-01',
      '2027-03-03',
      '2027-03-08',
    ]);
  });

  it('a changed occurrence without its series blocks its time', async () => {
    const alone = calendar(
      event('o', 'RECURRENCE-ID:20270301T100000Z', ...at('02')),
      event('o', 'RECURRENCE-ID:20270308T100000Z', ...at('09')),
    );
    state().put('o.ics', 'o', alone);
    const [item] = presents((await sweep(session, null)).items);
    const blocks = busyBlocks(item!.face, item!.blocks, { from: now, to: Date.parse('2027-12-01T00:00:00Z') });
    expect(blocks.map(({ from }) => new Date(from).toISOString().slice(0, 10))).toEqual(['2027-03-02', '2027-03-09']);
  });
});

describe('a server without sync-collection', () => {
  beforeEach(() => {
    sandbox.switches.syncCollection = false;
    return () => {
      sandbox.switches.syncCollection = true;
    };
  });

  it('is read by its tags: one request while nothing changes, then a listing of what is there', async () => {
    const kept = await session.create(creationOf(1));
    const doomed = await session.create(creationOf(2));
    const { next } = await sweep(session, null);
    bench.spent();
    expect(await sweep(session, next)).toMatchObject({ kind: 'delta', items: [] });
    expect(bench.spent().requests).toBe(1);
    await bench.hand.remove(doomed.remoteId);
    const all = await sweep(session, next, knowing([[kept.remoteId, kept.tag]]));
    expect(all).toMatchObject({ kind: 'snapshot', items: [], unchanged: [kept.remoteId] });
    expect(all.next).not.toBe(next);
  });

  it('loses a cursor of the other kind', async () => {
    await expect(sweep(session, bench.badCursor)).rejects.toMatchObject({ kind: 'cursor-expired' });
  });
});

it('1,000 items come in pages, with at most as many requests as there are batches', async () => {
  for (let at = 0; at < 1000; at += 1) state().put(`${at}.ics`, `u${at}`, foreignEvent(`u${at}`, '20270301T100000Z'));
  bench.spent();
  const all = await sweep(session, null);
  expect(presents(all.items)).toHaveLength(1000);
  expect(bench.spent().requests).toBe(1 + 1000 / 50);
  const tags = new Map(presents(all.items).map(item => [item.remoteId, item.tag]));
  const again = await sweep(session, null, knowing(tags));
  expect(again.items).toEqual([]);
  expect(again.unchanged).toHaveLength(1000);
  expect(bench.spent().requests).toBe(1);
});

it('a listing that the server cuts short is followed to its end', async () => {
  for (const item of [1, 2, 3, 4, 5]) await session.create(creationOf(item));
  sandbox.switches.truncateAt = 2;
  const all = await sweep(session, null);
  sandbox.switches.truncateAt = null;
  expect(presents(all.items)).toHaveLength(5);
});

it('a server that never ends its listing is not followed for ever', async () => {
  const again = '<D:response><D:href>/x/</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>';
  const body = `<D:multistatus xmlns:D="DAV:">${again}<D:sync-token>same</D:sync-token></D:multistatus>`;
  sandbox.fail({ method: 'REPORT', times: 1500, reply: { status: 207, body } });
  await expect(sweep(session, null)).rejects.toMatchObject({ kind: 'protocol' });
  await sandbox.stop();
  sandbox = await startCaldavSandbox({ runtime: systemRuntime(createLog('silent')), users: [alice] });
});
