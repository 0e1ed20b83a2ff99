/** The office's mailbox by IMAP (RFC 9051, RFC 3501), read by UID. One client a reading: imapflow's are single-use. */
import { createHash } from 'node:crypto';
import { ImapFlow, type MessageStructureObject } from 'imapflow';
import { z } from 'zod';
import type { Runtime } from '../../runtime/runtime.ts';
import { MailError } from '../mail-error.ts';
import { fromPercent } from '../percent.ts';
import { type Inbox, type InboxBatch, lookBackDays, maxMailBytes } from './inbox.ts';

/** A UID means a message only together with the folder's UIDVALIDITY (RFC 9051 section 2.3.1.1). */
const wirePlace = z.object({ validity: z.string(), uid: z.number() });
type Place = z.infer<typeof wirePlace>;

const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 60_000 };
const batchSize = 50;
const dayMs = 86_400_000;
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** `imaps://USER:PASSWORD@HOST/FOLDER`; `imap:` where TLS is not needed, on this machine only. */
export function openImapInbox(url: URL, runtime: Pick<Runtime, 'now'>): Inbox {
  const folder = fromPercent(url.pathname.slice(1), 'mail.inbox') || 'INBOX';
  const auth: SignIn = { user: fromPercent(url.username, 'mail.inbox'), pass: fromPercent(url.password, 'mail.inbox') };
  const whose = JSON.stringify([url.host, url.username, folder]);
  return {
    name: createHash('sha256').update(whose).digest('hex').slice(0, 16),
    async *read(after, signal) {
      await using reading = await openFolder(url, auth, folder, signal);
      yield* batchesOf(reading, placeOf(after), runtime);
    },
    async check() {
      await using _reading = await openFolder(url, auth, folder, new AbortController().signal);
    },
  };
}

type SignIn = Readonly<{ user: string; pass: string }>;

interface Reading extends AsyncDisposable {
  readonly client: ImapFlow;
  readonly validity: string;
  /** UID of the next message to come, where the server tells. */
  readonly nextUid: number;
}

/** Opened for reading only (EXAMINE): the server itself then lets nothing be marked. */
async function openFolder(url: URL, auth: SignIn, folder: string, signal: AbortSignal): Promise<Reading> {
  const client = clientOf(url, auth);
  // Without a listener an error that comes between two commands would end the process.
  client.on('error', () => undefined);
  const stop = () => client.close();
  signal.addEventListener('abort', stop);
  const dispose = async () => {
    signal.removeEventListener('abort', stop);
    client.close();
  };
  try {
    if (signal.aborted) throw new MailError('unreachable', 'the reading of answers was ended');
    return await asking(async () => {
      await client.connect();
      const { uidValidity, uidNext } = await client.mailboxOpen(folder, { readOnly: true });
      return { client, validity: String(uidValidity), nextUid: uidNext, [Symbol.asyncDispose]: dispose };
    });
  } catch (error) {
    await dispose();
    throw error;
  }
}

function clientOf(url: URL, auth: SignIn): ImapFlow {
  const secure = url.protocol === 'imaps:';
  return new ImapFlow({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : secure ? 993 : 143,
    secure,
    ...(loopback.has(url.hostname) ? { tls: { rejectUnauthorized: false } } : {}),
    ...(url.username === '' ? {} : { auth }),
    ...timeouts,
    logger: false,
    disableAutoIdle: true,
  });
}

async function* batchesOf(
  reading: Reading,
  after: Place | null,
  runtime: Pick<Runtime, 'now'>,
): AsyncGenerator<InboxBatch> {
  const { validity, nextUid } = reading;
  const known = after?.validity === validity ? after : null;
  if (known !== null && nextUid > 0 && nextUid <= known.uid + 1) return;
  const uids = await uidsAfter(reading, known, runtime);
  for (let at = 0; at < uids.length; at += batchSize) {
    const chunk = uids.slice(at, at + batchSize);
    const place = { validity, uid: chunk.at(-1) ?? 0 };
    yield { ...(await mailsOf(reading, chunk)), position: JSON.stringify(place) };
  }
  const isNewPlace = known === null && uids.length === 0 && nextUid > 0;
  if (isNewPlace) yield { mails: [], unread: 0, position: JSON.stringify({ validity, uid: nextUid - 1 }) };
}

/** In rising order. `N:*` beyond the end means the last message (RFC 9051 section 9), so what is known is left out. */
async function uidsAfter(
  { client }: Reading,
  known: Place | null,
  { now }: Pick<Runtime, 'now'>,
): Promise<readonly number[]> {
  const query = known === null ? { since: new Date(now() - lookBackDays * dayMs) } : { uid: `${known.uid + 1}:*` };
  const found = await asking(() => client.search(query, { uid: true }));
  if (!found) throw new MailError('unreachable', 'the mail server did not answer a search of mail.inbox');
  return found.filter(uid => known === null || uid > known.uid).sort((a, b) => a - b);
}

/** Other mail than answers never leaves the server. No command runs inside another's answer: imapflow would wait for ever. */
async function mailsOf({ client }: Reading, uids: readonly number[]): Promise<Pick<InboxBatch, 'mails' | 'unread'>> {
  const byUid = { uid: true };
  const heads = await asking(() =>
    client.fetchAll(uids.join(','), { uid: true, bodyStructure: true, size: true }, byUid),
  );
  const answers = heads.filter(({ bodyStructure }) => bodyStructure !== undefined && holdsCalendar(bodyStructure));
  const small = answers.filter(({ size }) => (size ?? 0) <= maxMailBytes).map(({ uid }) => uid);
  const unread = answers.length - small.length;
  if (small.length === 0) return { mails: [], unread };
  const found = await asking(() => client.fetchAll(small.join(','), { uid: true, source: true }, byUid));
  const inOrder = found.toSorted((a, b) => a.uid - b.uid);
  return { mails: inOrder.flatMap(({ source }) => source ?? []), unread };
}

function holdsCalendar({ type, childNodes = [] }: MessageStructureObject): boolean {
  return /^(?:text\/calendar|application\/ics)$/i.test(type) || childNodes.some(holdsCalendar);
}

function placeOf(position: string | null): Place | null {
  return position === null ? null : (wirePlace.safeParse(JSON.parse(position)).data ?? null);
}

type ImapFault = Readonly<{ authenticationFailed?: unknown; mailboxMissing?: unknown; serverResponseCode?: unknown }>;

/** Of what the server says nothing is repeated: it may hold an address. */
async function asking<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof MailError) throw cause;
    const fault: ImapFault = typeof cause === 'object' && cause !== null ? cause : {};
    if (fault.authenticationFailed === true) {
      throw new MailError('sign-in', 'the mail server refuses the user name or password of mail.inbox', { cause });
    }
    if (fault.mailboxMissing === true || fault.serverResponseCode === 'NONEXISTENT') {
      throw new MailError('setup', 'the mail server has no such folder as mail.inbox names', { cause });
    }
    throw new MailError('unreachable', 'mail.inbox cannot be reached, or its TLS certificate is not good', { cause });
  }
}
