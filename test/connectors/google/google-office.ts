/** A small production office whose people have Google: the real engine and store, the connector, and the sandbox. */
import { googleConnector } from '../../../connectors/google/index.ts';
import { calendarScope } from '../../../connectors/google/limits.ts';
import type { GoogleHand } from '../../../connectors/sandbox/google-hand.ts';
import { type GoogleSandbox, startGoogleSandbox } from '../../../connectors/sandbox/google-server.ts';
import { defaultRights } from '../../../src/config/rights.ts';
import type { CalendarRow, Mode } from '../../../src/model/calendar.ts';
import type { EventContent } from '../../../src/model/event.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { brandId, type CalendarId, type PersonId, type VenueId } from '../../../src/model/ids.ts';
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
import { blankContent, blankPerson, blankVenue } from '../../blank.ts';
import { settingsOf } from '../../contract/google-bench.ts';
import { id, london, named, tide, timed } from '../../sync/office.ts';

export interface GoogleOffice extends AsyncDisposable {
  readonly store: Store;
  readonly sandbox: GoogleSandbox;
  readonly parts: SyncParts;
  /** Calendar writes that Google answered since it was last asked. */
  writes(): number;
  clock: number;
  save(event: string, changes?: Partial<EventContent>): Promise<void>;
  sync(only?: string): Promise<SyncReport>;
  row(person: string): Promise<CalendarRow>;
  findings(): Promise<readonly Finding[]>;
  hand(person: string): GoogleHand;
  /** What is in a person's calendar, cancelled events not. */
  titles(person: string): string[];
  /** The person consents anew: their account gets this refresh token. */
  consent(person: string): void;
}

const mailOf = (person: string) => `${person.toLowerCase()}@tide.test`;
const calendarOf = (person: string) => brandId<CalendarId>(`${person}-google`);

/** @param consented people who sign in themselves; for the others the service account does it */
export async function openGoogleOffice(
  people: readonly string[],
  consented: readonly string[] = [],
): Promise<GoogleOffice> {
  const state = { clock: instantOf('2027-02-22T09:00:00' as LocalDateTime, london) };
  const runtime: Runtime = { ...systemRuntime(createLog('silent')), now: () => state.clock };
  let written = 0;
  const sandbox = await startGoogleSandbox({
    runtime,
    users: people.map(person => ({ email: mailOf(person) })),
    onRequest: ({ method, path }) => {
      if (method !== 'GET' && path.startsWith('/calendar/')) written += 1;
    },
  });
  const serviceAccountKey = sandbox.addServiceAccount('callboard', [calendarScope]);
  const connector = googleConnector(settingsOf(sandbox, { serviceAccountKey }));
  const store = await openStore('sqlite::memory:');
  const secrets = new Map<string, string>();
  const parts: SyncParts = {
    store,
    runtime,
    connector: () => connector,
    secret: async account => secrets.get(account) ?? null,
    keepSecret: async (account, secret) => void secrets.set(account, secret),
    fetch: globalThis.fetch,
    webhook: () => null,
    settings: { pastDays: 7, futureDays: 400, intervalMs: 60_000, rights: defaultRights, held: [] },
    owner: 'first',
  };
  const office: GoogleOffice = {
    store,
    sandbox,
    parts,
    writes() {
      const sum = written;
      written = 0;
      return sum;
    },
    get clock() {
      return state.clock;
    },
    set clock(now) {
      state.clock = now;
    },
    async save(event, changes = {}) {
      await store.write(async r => {
        const current = await r.schedule.event(tide, id(event));
        const content = { ...(current?.content ?? blank(event)), ...changes };
        const expected = current?.version ?? null;
        const how = { by: 'Bethan Larkspur', source: 'web', now: state.clock, held: [] } as const;
        await saveEvent(r, { production: tide, id: id(event), expected, content, ...how });
      });
    },
    sync: only =>
      syncOnce(parts, {
        only: only === undefined ? null : calendarOf(only),
        concurrency: 4,
        signal: new AbortController().signal,
      }),
    async row(person) {
      const row = await store.read(r => r.calendars.get(calendarOf(person)));
      if (!row) throw new Error(`no calendar of ${person}`);
      return row;
    },
    findings: () => store.read(r => r.findings.list(tide)),
    hand: person => sandbox.hand(mailOf(person)),
    titles: person =>
      sandbox
        .hand(mailOf(person))
        .events()
        .filter(({ status }) => status !== 'cancelled')
        .map(({ summary }) => summary ?? '')
        .sort(),
    consent(person) {
      const refreshToken = sandbox.oauth.consent(mailOf(person), calendarScope);
      secrets.set(`google:${mailOf(person)}`, JSON.stringify({ kind: 'oauth', refreshToken }));
    },
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      await store[Symbol.asyncDispose]();
    },
  };
  await fill(store, people);
  for (const person of people) await link(store, person, 'two-way');
  for (const person of consented) office.consent(person);
  return office;
}

async function fill(store: Store, people: readonly string[]): Promise<void> {
  await store.write(async r => {
    await r.schedule.ensureProduction({ id: tide, name: 'TIDE', zone: london });
    for (const person of people) {
      const who = {
        id: brandId<PersonId>(person),
        name: `Person ${person}`,
        role: 'Producer',
        department: 'Producers',
      };
      const details = { email: mailOf(person), timezone: london, base: 'BRC', calendar: 'google' as const };
      await r.schedule.putPerson({ ...blankPerson, production: tide, ...who, ...details }, null);
    }
    for (const venue of ['V01', 'V02']) {
      const where = { name: `Hall ${venue}`, kind: 'office' as const, address: '1 Quay, Bristol', zone: 'BRC' };
      await r.schedule.putVenue({ ...blankVenue, production: tide, id: brandId<VenueId>(venue), ...where }, null);
    }
  });
}

async function link(store: Store, person: string, mode: Mode): Promise<void> {
  const whose = { production: tide, person: brandId<PersonId>(person), provider: 'google' as const };
  const how = { mode, carrier: 'copy' as const, url: null, user: mailOf(person), calendar: null };
  const [made] = linksOf([{ ...whose, ...how }], 'config');
  if (!made) throw new Error('no link');
  await store.write(async r => {
    await r.calendars.putAccount(bareAccount(made));
    await r.calendars.putLink(made);
  });
}

function blank(event: string): EventContent {
  return {
    ...blankContent,
    kind: 'meeting',
    title: `Meeting ${event}`,
    when: timed('2027-03-08T10:00', '2027-03-08T11:00'),
    venue: brandId<VenueId>('V01'),
    required: named('C02', 'C03'),
  };
}
