/**
 * One edit of an event with many people: what it costs in requests, and how long it takes beside a bare HTTP client
 * that makes the very same requests again, as many at once, with nothing to decide and nothing to store.
 */
import { brandId, type VenueId } from '../../src/model/ids.ts';
import type { Store } from '../../src/store/store.ts';
import type { SyncParts } from '../../src/sync/parts.ts';
import { syncOnce } from '../../src/sync/sync-once.ts';
import { openGoogleOffice } from '../connectors/google/google-office.ts';
import { openOutlookOffice } from '../connectors/microsoft/outlook-office.ts';
import { named, openOffice } from '../sync/office.ts';
import { type Recorded, recordingFetch, replay } from './replay.ts';

/** As `sync.concurrency` of the configuration. */
const concurrency = 8;

type Hosted = AsyncDisposable &
  Readonly<{ store: Store; parts: SyncParts; save(event: string, changes?: object): Promise<unknown> }>;

export type FanOut = Readonly<{
  provider: string;
  people: number;
  delayMs: number;
  /** Requests of the edit, for each copy. */
  requestsPerChange: number;
  /** Of those, the ones that write. */
  writesPerChange: number;
  seconds: number;
  bareSeconds: number;
  /** Copies that show the edit afterwards. */
  right: number;
}>;

const openers: Readonly<Record<string, (people: readonly string[]) => Promise<Hosted>>> = {
  CalDAV: openOffice,
  Google: people => openGoogleOffice(people),
  Outlook: openOutlookOffice,
};

export async function benchFanOut(count: number, delayMs: number, say: (text: string) => void): Promise<FanOut[]> {
  const people = Array.from({ length: count }, (_, n) => `C${String(n + 1).padStart(3, '0')}`);
  const rows: FanOut[] = [];
  for (const [provider, open] of Object.entries(openers)) {
    say(`${provider}: one edit for ${count} people${delayMs > 0 ? `, ${delayMs} ms away` : ''}`);
    await using office = await open(people);
    rows.push({ provider, people: count, delayMs, ...(await measure(office, people, delayMs)) });
  }
  return rows;
}

async function measure(office: Hosted, people: readonly string[], delayMs: number) {
  const recorded: Recorded[] = [];
  const parts: SyncParts = { ...office.parts, fetch: recordingFetch(recorded, delayMs) };
  const sync = () => syncOnce(parts, { only: null, concurrency, signal: new AbortController().signal });
  await office.save('E001', { title: 'Production meeting', required: named(...people) });
  await sync();
  await sync();
  await office.save('E001', { venue: brandId<VenueId>('V02'), notes: 'Now in hall two' });
  recorded.length = 0;
  const startedAt = performance.now();
  const report = await sync();
  const seconds = (performance.now() - startedAt) / 1000;
  const asked = recorded.splice(0);
  const bareSeconds = await replay(asked, delayMs, concurrency);
  const writes = asked.filter(({ method }) => !['GET', 'PROPFIND', 'REPORT'].includes(method)).length;
  return {
    requestsPerChange: asked.length / people.length,
    writesPerChange: writes / people.length,
    seconds,
    bareSeconds,
    right: report.failed.length === 0 ? report.updated : 0,
  };
}
