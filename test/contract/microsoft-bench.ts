/** Benches for Outlook: a fresh calendar of one mailbox for each test, on the sandbox. */
import { microsoftConnector } from '../../connectors/microsoft/index.ts';
import type { MicrosoftSettings } from '../../connectors/microsoft/settings.ts';
import {
  type MicrosoftFault,
  type MicrosoftRequest,
  type MicrosoftSandbox,
  startMicrosoftSandbox,
} from '../../connectors/sandbox/microsoft-server.ts';
import type { MicrosoftCalendar } from '../../connectors/sandbox/microsoft-world.ts';
import type { CalendarLink } from '../../src/model/calendar.ts';
import { brandId } from '../../src/model/ids.ts';
import { createLog } from '../../src/runtime/log.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { type Bench, countingDoor } from './bench.ts';
import { microsoftForeignHand } from './microsoft-foreign-hand.ts';

export const registration = {
  tenantId: 'tenant-1',
  clientId: 'client-1',
  clientSecret: 'application secret',
  certificate: null,
} as const;
export const anna = { address: 'anna@tide.test', name: 'Anna Fell' } as const;
const ben = { address: 'ben@tide.test', name: 'Ben Marsh' } as const;

export async function startSandbox(
  onRequest: (request: MicrosoftRequest) => void = () => undefined,
): Promise<MicrosoftSandbox> {
  return await startMicrosoftSandbox({
    runtime: systemRuntime(createLog('silent')),
    registration,
    users: [anna, ben],
    onRequest,
  });
}

export function settingsFor({ url, graphRoot }: Pick<MicrosoftSandbox, 'url' | 'graphRoot'>): MicrosoftSettings {
  const { tenantId, clientId, clientSecret } = registration;
  return { tenantId, clientId, clientSecret, certificate: null, authority: url, graphRoot };
}

/** @param calendar id; null: the main one */
export function linkTo(user: string | null, calendar: string | null = null): CalendarLink {
  return {
    id: brandId('C06-microsoft'),
    production: brandId('tidewrack'),
    person: brandId('C06'),
    account: brandId('C06-microsoft'),
    provider: 'microsoft',
    mode: 'two-way',
    carrier: 'copy',
    url: null,
    user,
    calendar,
    source: 'config',
  };
}

export function sandboxBench(sandbox: MicrosoftSandbox, calendar: MicrosoftCalendar): Bench {
  const door = countingDoor(null);
  const connector = microsoftConnector(settingsFor(sandbox));
  const link = linkTo(calendar.owner, calendar.isDefault ? null : calendar.id);
  const onGraph = (fault: MicrosoftFault) => sandbox.fail({ path: /^\/v1\.0\//, ...fault });
  return {
    open: changes => connector.open(link, { ...door, ...changes }),
    hand: microsoftForeignHand(sandbox, calendar),
    spent: door.spent,
    faults: {
      throttle: retryAfter =>
        onGraph({ reply: { status: 429, ...(retryAfter === null ? {} : { headers: { 'retry-after': retryAfter } }) } }),
      loseReply: () => onGraph({ method: 'POST', path: /\/events$/, drop: 'after' }),
      failWrite: () => onGraph({ method: 'POST', path: /\/events$/, reply: { status: 502, body: '<html>' } }),
      expireCursors: () => sandbox.expireCursors(),
    },
    badCursor: brandId(
      JSON.stringify({
        base: baseOf(calendar),
        link: `${baseOf(calendar)}/calendarView/delta?$deltatoken=unheard-of`,
        from: 0,
        to: Date.parse('2030-01-01T00:00:00Z'),
        at: Date.parse('2026-11-22T00:00:00Z'),
      }),
    ),
    loses: {},
  };
}

function baseOf({ owner, id, isDefault }: MicrosoftCalendar): string {
  return `/users/${encodeURIComponent(owner)}/${isDefault ? 'calendar' : `calendars/${encodeURIComponent(id)}`}`;
}
