/** Benches for Google: a fresh person with an empty calendar for each test, on the sandbox. */
import type { GoogleSettings } from '../../connectors/google/client.ts';
import { googleConnector } from '../../connectors/google/index.ts';
import { calendarScope } from '../../connectors/google/limits.ts';
import {
  type GoogleSandbox,
  type GoogleSandboxOptions,
  startGoogleSandbox,
} from '../../connectors/sandbox/google-server.ts';
import type { CalendarLink } from '../../src/model/calendar.ts';
import { notesLine } from '../../src/model/face.ts';
import { brandId } from '../../src/model/ids.ts';
import { createLog } from '../../src/runtime/log.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import type { Connector } from '../../src/sync/connector.ts';
import { type Bench, countingDoor, type ForeignHand, now } from './bench.ts';

export const frozenRuntime = { ...systemRuntime(createLog('silent')), now: () => now };

export function linkOf(user: string, changes: Partial<CalendarLink> = {}): CalendarLink {
  return {
    id: brandId('C06-google'),
    production: brandId('tidewrack'),
    person: brandId('C06'),
    account: brandId(`google ${user}`),
    provider: 'google',
    mode: 'two-way',
    carrier: 'copy',
    url: null,
    user,
    calendar: null,
    source: 'config',
    ...changes,
  };
}

export function settingsOf(sandbox: GoogleSandbox, changes: Partial<GoogleSettings> = {}): GoogleSettings {
  const { apiRoot, authUrl, tokenUrl, client } = sandbox;
  return { apiRoot, authUrl, tokenUrl, serviceAccountKey: null, oauth: client, ...changes };
}

/** A sandbox with a service account that may act for everybody, and the connector that uses it. */
export async function startGoogle(options: Partial<GoogleSandboxOptions> = {}) {
  const sandbox = await startGoogleSandbox({ runtime: frozenRuntime, users: [], ...options });
  const serviceAccountKey = sandbox.addServiceAccount('callboard', [calendarScope]);
  const connector = googleConnector(settingsOf(sandbox, { serviceAccountKey }));
  return { sandbox, connector };
}

export function googleBench(sandbox: GoogleSandbox, connector: Connector, user: string, timeZone?: string): Bench {
  sandbox.addUser({ email: user, ...(timeZone !== undefined && { timeZone }) });
  const door = countingDoor(null);
  return {
    open: changes => connector.open(linkOf(user), { ...door, ...changes }),
    hand: googleHand(sandbox, user),
    spent: door.spent,
    faults: {
      throttle: retryAfter =>
        sandbox.fail({
          reply: { status: 429, ...(retryAfter !== null && { headers: { 'retry-after': retryAfter } }) },
        }),
      loseReply: () => sandbox.fail({ method: 'POST', drop: 'after' }),
      failWrite: () => sandbox.fail({ method: 'POST', reply: { status: 503 } }),
      expireCursors: () => sandbox.expireSyncTokens(user),
    },
    badCursor: brandId('default+focusTime+fromGmail+outOfOffice:bm8gdG9rZW4'),
    loses: {},
  };
}

function googleHand(sandbox: GoogleSandbox, user: string): ForeignHand {
  const hand = sandbox.hand(user);
  return {
    retitle: async (id, title) => hand.edit(id, { summary: title }),
    remove: async id => hand.remove(id),
    async add(name, start) {
      const from = Date.parse(start.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
      const at = (instant: number) => ({ dateTime: new Date(instant).toISOString(), timeZone: 'Europe/London' });
      return brandId(hand.add({ summary: name, start: at(from), end: at(from + 3_600_000) }));
    },
    async adorn(id) {
      const reminders = { useDefault: false, overrides: [{ method: 'popup', minutes: 30 }] };
      hand.edit(id, { colorId: '7', reminders });
      hand.typeNotes(id, html => `${html}<br>bring the old map`);
    },
    async adornments(id) {
      const { description, colorId, reminders } = hand.find(id);
      const own = description?.split(notesLine)[1] ?? '';
      return [own.includes('bring the old map'), colorId === '7', reminders?.overrides?.[0]?.minutes === 30].filter(
        Boolean,
      ).length;
    },
  };
}
