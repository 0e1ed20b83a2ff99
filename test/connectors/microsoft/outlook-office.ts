/** A small production office whose people are in Outlook: the real engine over the Microsoft sandbox. */
import { microsoftConnector } from '../../../connectors/microsoft/index.ts';
import type { MicrosoftHand } from '../../../connectors/sandbox/microsoft-hand.ts';
import type { MicrosoftRequest, MicrosoftSandbox } from '../../../connectors/sandbox/microsoft-server.ts';
import { defaultRights } from '../../../src/config/rights.ts';
import type { CalendarRow } from '../../../src/model/calendar.ts';
import type { EventContent } from '../../../src/model/event.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { type AccountId, brandId, type CalendarId, type PersonId } from '../../../src/model/ids.ts';
import { instantOf, type LocalDateTime } from '../../../src/model/when.ts';
import { createLog } from '../../../src/runtime/log.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { systemRuntime } from '../../../src/runtime/system.ts';
import { saveEvent } from '../../../src/schedule/save.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { bareAccount, linksOf } from '../../../src/sync/links.ts';
import type { SyncParts } from '../../../src/sync/parts.ts';
import { type SyncReport, syncOnce } from '../../../src/sync/sync-once.ts';
import { blankContent, blankPerson } from '../../blank.ts';
import { settingsFor, startSandbox } from '../../contract/microsoft-bench.ts';
import { id, london, named, tide, timed } from '../../sync/office.ts';

export interface OutlookOffice extends AsyncDisposable {
  readonly store: Store;
  readonly sandbox: MicrosoftSandbox;
  readonly parts: SyncParts;
  /** Secrets of accounts, by person; none: the application signs in by itself. */
  readonly secrets: Map<string, string>;
  /** What the sandbox answered since it was last asked. */
  requests(): MicrosoftRequest[];
  clock: number;
  hand(person: string): MicrosoftHand;
  save(event: string, changes?: Partial<EventContent>): Promise<void>;
  sync(only?: string): Promise<SyncReport>;
  row(person: string): Promise<CalendarRow>;
  findings(state?: Finding['state']): Promise<readonly Finding[]>;
  content(event: string): Promise<EventContent>;
}

export const addressOf = (person: string) => `${person.toLowerCase()}@tide.test`;
const calendarOf = (person: string) => brandId<CalendarId>(`${person}-microsoft`);

/** @param invited those of them who prefer invitations by mail to copies */
export async function openOutlookOffice(
  people: readonly string[] = ['C02'],
  invited: readonly string[] = [],
): Promise<OutlookOffice> {
  const log = createLog('silent');
  const system = systemRuntime(log);
  const requests: MicrosoftRequest[] = [];
  const sandbox = await startSandbox(request => void requests.push(request));
  const store = await openStore('sqlite::memory:');
  const state = { clock: instantOf('2027-02-22T09:00:00' as LocalDateTime, london) };
  const runtime: Runtime = { ...system, now: () => state.clock };
  const secrets = new Map<string, string>();
  const personOf = (account: AccountId) => people.find(person => account.includes(addressOf(person))) ?? '';
  const connector = microsoftConnector(settingsFor(sandbox));
  const parts: SyncParts = {
    store,
    runtime,
    connector: () => connector,
    secret: async account => secrets.get(personOf(account)) ?? null,
    keepSecret: async (account, secret) => void secrets.set(personOf(account), secret),
    fetch: globalThis.fetch,
    webhook: () => null,
    settings: { pastDays: 7, futureDays: 400, intervalMs: 60_000, rights: defaultRights, held: [] },
    owner: 'outlook-office',
  };
  await fill(store, people, invited);
  for (const person of people) sandbox.world.addUser({ address: addressOf(person), name: `Person ${person}` });
  return {
    store,
    sandbox,
    parts,
    secrets,
    requests: () => requests.splice(0),
    get clock() {
      return state.clock;
    },
    set clock(now) {
      state.clock = now;
    },
    hand: person => sandbox.hand(addressOf(person)),
    async save(event, changes = {}) {
      await store.write(async r => {
        const current = await r.schedule.event(tide, id(event));
        const content = { ...(current?.content ?? blank(event, people)), ...changes };
        const expected = current?.version ?? null;
        const edit = { production: tide, id: id(event), expected, content, by: 'Bethan Larkspur' };
        await saveEvent(r, { ...edit, source: 'web', now: state.clock, held: [] });
      });
    },
    sync: only =>
      syncOnce(parts, {
        only: only === undefined ? null : calendarOf(only),
        concurrency: 8,
        signal: new AbortController().signal,
      }),
    async row(person) {
      const row = await store.read(r => r.calendars.get(calendarOf(person)));
      if (row === null) throw new Error('no such calendar');
      return row;
    },
    findings: wanted => store.read(r => r.findings.list(tide, wanted)),
    async content(event) {
      const found = await store.read(r => r.schedule.event(tide, id(event)));
      if (found === null) throw new Error('no such event');
      return found.content;
    },
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      await store[Symbol.asyncDispose]();
    },
  };
}

async function fill(store: Store, people: readonly string[], invited: readonly string[]): Promise<void> {
  const links = linksOf(
    people.map(person => ({
      production: tide,
      person: brandId<PersonId>(person),
      provider: 'microsoft' as const,
      mode: 'two-way' as const,
      carrier: invited.includes(person) ? ('invite' as const) : ('copy' as const),
      url: null,
      user: addressOf(person),
      calendar: null,
    })),
    'config',
  );
  await store.write(async r => {
    await r.schedule.ensureProduction({ id: tide, name: 'TIDE', zone: london });
    for (const person of people) {
      const named = { name: `Person ${person}`, role: 'Producer', department: 'Producers', email: addressOf(person) };
      const about = { ...blankPerson, ...named, timezone: london, calendar: 'outlook' as const };
      await r.schedule.putPerson({ ...about, production: tide, id: brandId<PersonId>(person) }, null);
    }
    for (const link of links) {
      await r.calendars.putAccount(bareAccount(link));
      await r.calendars.putLink(link);
    }
  });
}

function blank(event: string, people: readonly string[]): EventContent {
  return {
    ...blankContent,
    title: `Meeting ${event}`,
    when: timed('2027-03-08T10:00', '2027-03-08T11:00'),
    required: named(...people),
  };
}
