/** Benches for CalDAV: a fresh calendar for each test, on the sandbox or on a real server. */
import { caldavConnector } from '../../connectors/caldav/index.ts';
import type { CaldavSandbox } from '../../connectors/sandbox/caldav-server.ts';
import type { CalendarLink } from '../../src/model/calendar.ts';
import { brandId } from '../../src/model/ids.ts';
import { type DavServer, type DavUser, davHand } from '../real/dav-server.ts';
import { type Bench, countingDoor } from './bench.ts';
import { caldavHand } from './caldav-hand.ts';

export const alice: DavUser = { name: 'alice', password: 'secret' };

export function linkTo(url: string, user: string | null): CalendarLink {
  return {
    id: brandId('C06-caldav'),
    production: brandId('tidewrack'),
    person: brandId('C06'),
    account: brandId('C06-caldav'),
    provider: 'caldav',
    mode: 'two-way',
    carrier: 'copy',
    url,
    user,
    calendar: null,
    source: 'config',
  };
}

function benchAt(server: Pick<DavServer, 'get' | 'put' | 'remove'>, url: string, faults: Bench['faults']): Bench {
  const door = countingDoor(alice.password);
  return {
    open: changes => caldavConnector.open(linkTo(url, alice.name), { ...door, ...changes }),
    hand: caldavHand(server, alice, url),
    spent: door.spent,
    faults,
    badCursor: brandId('sync:0123456789abcdef0123456789abcdef01234567'),
    loses: {},
  };
}

export async function realBench(server: DavServer, name: string, loses: Bench['loses'] = {}): Promise<Bench> {
  return { ...benchAt(server, await server.makeCalendar(alice, name), null), loses };
}

export function sandboxBench(sandbox: CaldavSandbox, name: string): Bench {
  const { url, state } = sandbox.addCalendar(alice.name, name);
  return benchAt(davHand(sandbox.url), url, {
    throttle: retryAfter =>
      sandbox.fail({
        reply: { status: 429, ...(retryAfter === null ? {} : { headers: { 'retry-after': retryAfter } }) },
      }),
    loseReply: () => sandbox.fail({ method: 'PUT', drop: 'after' }),
    failWrite: () => sandbox.fail({ method: 'PUT', reply: { status: 502 } }),
    expireCursors: () => state.expireTokens(),
  });
}
