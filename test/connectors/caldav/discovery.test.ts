import { afterAll, beforeAll, expect, it } from 'vitest';
import { discoverCalendars } from '../../../connectors/caldav/discovery.ts';
import { type CaldavSandbox, startCaldavSandbox } from '../../../connectors/sandbox/caldav-server.ts';
import { createLog } from '../../../src/runtime/log.ts';
import { systemRuntime } from '../../../src/runtime/system.ts';
import { countingDoor } from '../../contract/bench.ts';
import { alice } from '../../contract/caldav-bench.ts';

let sandbox: CaldavSandbox;
beforeAll(async () => {
  sandbox = await startCaldavSandbox({ runtime: systemRuntime(createLog('silent')), users: [alice] });
  sandbox.addCalendar('alice', 'Drehplan & mehr');
  sandbox.addCalendar('alice', 'private');
});
afterAll(() => sandbox.stop());

const find = (path: string, secret: string | null = alice.password) =>
  discoverCalendars(countingDoor(secret), { url: `${sandbox.url}${path}`, user: alice.name });

it.each(['', '/', '/calendars/alice/', '/principals/alice/', '/nothing/here'])(
  'all calendars are found from "%s"',
  async path => {
    expect((await find(path)).map(({ name, writable }) => [name, writable])).toEqual([
      ['Drehplan & mehr', true],
      ['private', true],
    ]);
  },
);

it('the address of a calendar, with or without its slash, is that calendar, encoded as the link will use it', async () => {
  const url = `${sandbox.url}/calendars/alice/Drehplan%20%26%20mehr/`;
  expect(await find('/calendars/alice/Drehplan%20%26%20mehr')).toEqual([
    { url, name: 'Drehplan & mehr', writable: true },
  ]);
  expect(await find('/calendars/alice/Drehplan%20%26%20mehr/')).toHaveLength(1);
});

it('a wrong password says so at once', async () => {
  await expect(find('/', 'wrong')).rejects.toMatchObject({ kind: 'reconnect' });
});

it('a place that is no CalDAV server says so', async () => {
  sandbox.fail({ times: 3, reply: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' } });
  await expect(find('/')).rejects.toMatchObject({ kind: 'protocol' });
});

it('a home at another site is not visited with the password', async () => {
  const href =
    '<C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav"><href>https://evil.example/</href></C:calendar-home-set>';
  const body = `<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop>${href}</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`;
  sandbox.fail({ reply: { status: 207, body } });
  await expect(find('/')).rejects.toMatchObject({ kind: 'protocol', message: expect.stringContaining('another site') });
});
