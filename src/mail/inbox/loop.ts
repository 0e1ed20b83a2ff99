/** Reads the office's mailbox again and again, and says in the store when it cannot. */
import { z } from 'zod';
import type { Instant } from '../../model/ids.ts';
import type { Repositories } from '../../store/store.ts';
import { MailError } from '../mail-error.ts';
import { type InboxParts, readInbox } from './read.ts';

/** Since when the mailbox cannot be read, and why; one line without addresses. */
export type InboxTrouble = Readonly<{ since: Instant; problem: string }>;

const wireTrouble = z.object({ since: z.number(), problem: z.string() });
const troubleKey = 'inbox/trouble';
const longestWaitMs = 15 * 60_000;

/** null: the last reading went well, or there was none yet. */
export async function inboxTrouble({ meta }: Pick<Repositories, 'meta'>): Promise<InboxTrouble | null> {
  return wireTrouble.safeParse(JSON.parse((await meta.get(troubleKey)) ?? 'null')).data ?? null;
}

/** One reading at a time; after a failure the waits double, up to a quarter of an hour. */
export function inboxLoop(parts: InboxParts, everyMs: number): { stop(): Promise<void> } {
  const { runtime } = parts;
  const stopping = new AbortController();
  const cycle = async () => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      failures = (await isRead(parts, stopping.signal)) ? 0 : failures + 1;
      const waitMs = Math.min(everyMs * 2 ** failures, Math.max(everyMs, longestWaitMs));
      if (!stopping.signal.aborted) await runtime.sleep(waitMs, stopping.signal);
    }
  };
  const loop = cycle();
  return {
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

/** One reading, with what the office must know of it. Never throws. */
async function isRead(parts: InboxParts, signal: AbortSignal): Promise<boolean> {
  const { log } = parts.runtime;
  try {
    const problem = await problemOfReading(parts, signal);
    // A reading that was ended says nothing of the mailbox.
    if (signal.aborted) return true;
    if (await noteTrouble(parts, problem))
      log.warn({ problem }, 'whether the mailbox for answers can be read has changed');
    return problem === null;
  } catch (error) {
    // The store itself cannot be used: everything else says so as well.
    log.error({ err: error }, 'whether answers could be read cannot be stored');
    return false;
  }
}

async function problemOfReading(parts: InboxParts, signal: AbortSignal): Promise<string | null> {
  try {
    const answers = await readInbox(parts, signal);
    if (Object.keys(answers).length > 0) parts.runtime.log.info({ answers }, 'answers were read from the mailbox');
    return null;
  } catch (error) {
    if (error instanceof MailError) return error.message;
    if (!signal.aborted) parts.runtime.log.error({ err: error }, 'reading answers failed by a defect');
    return 'reading answers failed; the log of callboard says more';
  }
}

/** Writes only where something has changed; returns whether. */
async function noteTrouble({ store, runtime }: InboxParts, problem: string | null): Promise<boolean> {
  const known = await store.read(inboxTrouble);
  if ((known?.problem ?? null) === problem) return false;
  await store.write(async ({ meta }) => {
    const trouble = { since: known?.since ?? runtime.now(), problem };
    if (problem === null) await meta.remove(troubleKey);
    else await meta.put(troubleKey, JSON.stringify(trouble));
  });
  return true;
}
