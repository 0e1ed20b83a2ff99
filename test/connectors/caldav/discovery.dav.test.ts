import { expect, it } from 'vitest';
import { discoverCalendars } from '../../../connectors/caldav/discovery.ts';
import { countingDoor } from '../../contract/bench.ts';
import { alice } from '../../contract/caldav-bench.ts';
import { describeWith } from '../../real/peer.ts';
import { startRadicale } from '../../real/radicale.ts';
import { startXandikos } from '../../real/xandikos.ts';

for (const [program, start] of Object.entries({ radicale: startRadicale, xandikos: startXandikos })) {
  describeWith([program], `discovery on ${program}`, () => {
    it('finds the calendar from the address of the server and from its own', async () => {
      const server = await start();
      try {
        const url = await server.makeCalendar(alice, 'shoot');
        const door = countingDoor(alice.password);
        const found = await discoverCalendars(door, { url: server.url, user: alice.name });
        expect(found.map(calendar => calendar.url)).toContain(url);
        expect(await discoverCalendars(door, { url, user: alice.name })).toMatchObject([{ url, writable: true }]);
      } finally {
        await server.stop();
      }
    });
  });
}
