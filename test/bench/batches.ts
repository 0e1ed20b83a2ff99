/** Many changes for one Outlook mailbox, with `$batch` and without: requests, parts and time beside the bare cost. */
import { microsoftConnector } from '../../connectors/microsoft/index.ts';
import { limits } from '../../connectors/microsoft/limits.ts';
import { brandId, type VenueId } from '../../src/model/ids.ts';
import { syncOnce } from '../../src/sync/sync-once.ts';
import { openOutlookOffice } from '../connectors/microsoft/outlook-office.ts';
import { settingsFor } from '../contract/microsoft-bench.ts';
import { type Recorded, recordingFetch, replay } from './replay.ts';

/** Where a request spends its time: on the line, which a batch crosses once, or in the mailbox, once for each part. */
export type Distance = Readonly<{ lineMs: number; mailboxMs: number }>;
export type BatchRow = Distance &
  Readonly<{
    changes: number;
    batched: boolean;
    requestsPerChange: number;
    /** What Graph counts: parts of batches as well. */
    countedPerChange: number;
    refused: number;
    seconds: number;
    bareSeconds: number;
    right: boolean;
  }>;

const distances: readonly Distance[] = [
  { lineMs: 0, mailboxMs: 0 },
  { lineMs: 50, mailboxMs: 0 },
  { lineMs: 0, mailboxMs: 50 },
];

export async function benchBatches(counts: readonly number[], say: (text: string) => void): Promise<BatchRow[]> {
  const rows: BatchRow[] = [];
  for (const distance of distances) {
    for (const changes of counts) {
      for (const batched of [false, true]) {
        say(`Outlook: ${changes} changes for one mailbox, ${batched ? 'with' : 'without'} $batch`);
        rows.push({ ...distance, changes, batched, ...(await measure(changes, batched, distance)) });
      }
    }
  }
  return rows;
}

async function measure(changes: number, batched: boolean, { lineMs, mailboxMs }: Distance) {
  await using office = await openOutlookOffice();
  const connector = microsoftConnector(settingsFor(office.sandbox), batched ? limits.batch : 1);
  const recorded: Recorded[] = [];
  const parts = { ...office.parts, connector: () => connector, fetch: recordingFetch(recorded, lineMs) };
  const sync = () => syncOnce(parts, { only: null, concurrency: 1, signal: new AbortController().signal });
  const events = Array.from({ length: changes }, (_, at) => `E${String(at).padStart(3, '0')}`);
  for (const event of events) await office.save(event);
  await sync();
  await sync();
  const venue = brandId<VenueId>('V02');
  for (const event of events) await office.save(event, { venue, notes: 'Now in hall two' });
  recorded.length = 0;
  office.requests();
  office.sandbox.world.switches.latencyMs = mailboxMs;
  const startedAt = performance.now();
  const { updated, failed } = await sync();
  const seconds = (performance.now() - startedAt) / 1000;
  const answered = office.requests().filter(({ path }) => !path.endsWith('/$batch'));
  const asked = recorded.splice(0);
  // A batch has the mailbox for itself.
  const bareSeconds = await replay(asked, lineMs, batched ? 1 : limits.slots);
  return {
    requestsPerChange: asked.length / changes,
    countedPerChange: answered.length / changes,
    refused: answered.filter(({ status }) => status === 429).length,
    seconds,
    bareSeconds,
    right: updated === changes && failed.length === 0,
  };
}
