/**
 * `graph:MAILBOX` as inbox: the answers that arrive in a mailbox of the office's own tenant. Exchange Online takes no
 * password for IMAP any more. Of other mail no more is asked than when it came and whether it has attachments.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Inbox, type InboxBatch, type InboxDoor, lookBackDays, maxMailBytes } from '../../src/mail/inbox/inbox.ts';
import type { Instant } from '../../src/model/ids.ts';
import { RemoteError, type RemoteKind } from '../../src/sync/remote-error.ts';
import { readingMailbox } from '../mailbox.ts';
import { preferences } from './client.ts';
import { limits } from './limits.ts';
import { type GraphMailbox, graphMailbox, mendsFor } from './mailbox.ts';
import type { MicrosoftSettings } from './settings.ts';
import { Slots } from './slots.ts';

const pageSize = 50;
const dayMs = 86_400_000;
const mends = mendsFor('mail.inbox', 'Mail.Read');

/** Opens nothing yet. @param slots as of openGraphMail, shared with it */
export function openGraphInbox(
  settings: MicrosoftSettings,
  mailbox: string,
  door: InboxDoor,
  slots: Slots = new Slots(1),
): Inbox {
  const open = graphMailbox(settings, mailbox, door, slots);
  const asking = readingMailbox({ service: 'Microsoft', mends }, door);
  const failures: Failures = new Map();
  const whose = JSON.stringify([settings.graphRoot, settings.tenantId, mailbox.toLowerCase()]);
  return {
    name: createHash('sha256').update(whose).digest('hex').slice(0, 16),
    async *read(after, signal) {
      const box = open(signal);
      let path = after;
      for (let pages = 0; pages < limits.pages; pages += 1) {
        const page = await asking(() => pageAt(box, path, door.now()));
        const found = await asking(() => mailsOf(box, page.messages, failures));
        // A link that named nothing is as good as the next one, and need not be stored.
        if (path === null || page.messages.length > 0 || !page.isLast) yield { ...found, position: page.next };
        if (page.isLast) return;
        path = page.next;
      }
    },
    async check() {
      const { ask, owner } = open(new AbortController().signal);
      await asking(() => ask({ method: 'GET', path: `${owner}/mailFolders/inbox/messages?$select=id&$top=1` }));
    },
  };
}

const wirePage = z.object({
  value: z.array(
    z.object({
      '@odata.type': z.string().optional(),
      '@removed': z.unknown().optional(),
      id: z.string(),
      hasAttachments: z.boolean().nullish(),
      receivedDateTime: z.string().nullish(),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});
type WireMessage = z.infer<typeof wirePage>['value'][number];
type MessagePage = Readonly<{ messages: readonly WireMessage[]; next: string; isLast: boolean }>;

/** @param path null, or no longer known to Graph: what came within the last days */
async function pageAt(box: GraphMailbox, path: string | null, now: Instant): Promise<MessagePage> {
  const headers = { Prefer: `${preferences}, odata.maxpagesize=${pageSize}` };
  try {
    const { body } = await box.ask({ method: 'GET', path: path ?? firstPath(box, now), headers });
    const page = read(wirePage, body);
    const link = page['@odata.nextLink'] ?? page['@odata.deltaLink'];
    if (link === undefined) throw new RemoteError('protocol', 'a list of messages has no link to go on by');
    const messages = page.value.filter(message => message['@removed'] === undefined);
    return {
      messages: messages.toSorted(byArrival),
      next: box.pathOf(link),
      isLast: page['@odata.nextLink'] === undefined,
    };
  } catch (error) {
    const isExpired = error instanceof RemoteError && error.kind === 'cursor-expired';
    if (!isExpired || path === null) throw error;
    return await pageAt(box, null, now);
  }
}

/** A page has the newest first. */
function byArrival(a: WireMessage, b: WireMessage): number {
  const at = ({ receivedDateTime }: WireMessage) => Date.parse(receivedDateTime ?? '') || 0;
  return at(a) - at(b);
}

/** Only what arrives: that somebody reads or moves a mail is nothing to us. */
function firstPath({ owner }: GraphMailbox, now: Instant): string {
  const since = new Date(now - lookBackDays * dayMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const filter = encodeURIComponent(`receivedDateTime ge ${since}`);
  return `${owner}/mailFolders/inbox/messages/delta?changeType=created&$select=hasAttachments,receivedDateTime&$filter=${filter}`;
}

/** By id of a message: how often Graph failed to give it out. */
type Failures = Map<string, number>;

async function mailsOf(
  box: GraphMailbox,
  messages: readonly WireMessage[],
  failures: Failures,
): Promise<Pick<InboxBatch, 'mails' | 'unread'>> {
  const mails: Uint8Array[] = [];
  let unread = 0;
  for (const message of messages) {
    const mail = await mailOf(box, message, failures);
    if (mail === 'unread') unread += 1;
    else if (mail !== null) mails.push(mail);
  }
  return { mails, unread };
}

/** A damaged message may fail for ever, with the words of an outage: it must not keep others from being read. */
async function mailOf(
  box: GraphMailbox,
  message: WireMessage,
  failures: Failures,
): Promise<Uint8Array | 'unread' | null> {
  try {
    return (await mayAnswer(box, message)) ? await mimeOf(box, message.id) : null;
  } catch (error) {
    if (!(error instanceof RemoteError) || !damaged.has(error.kind)) throw error;
    const times = (failures.get(message.id) ?? 0) + 1;
    failures.set(message.id, times);
    if (times < patience) throw error;
    failures.delete(message.id);
    return 'unread';
  }
}

/** With the waits between readings about half an hour: longer than most outages. */
const patience = 5;
const damaged: ReadonlySet<RemoteKind> = new Set(['unavailable', 'timeout', 'rejected', 'unsupported', 'protocol']);

/**
 * Exchange makes a message of its own kind of what it understands as an answer; a calendar part that it does not
 * understand stays an attachment. Invitations by others are nothing to us.
 */
async function mayAnswer({ ask, owner }: GraphMailbox, message: WireMessage): Promise<boolean> {
  const type = message['@odata.type'] ?? '';
  if (type.endsWith('.eventMessageRequest')) return false;
  if (type.includes('.eventMessage')) return true;
  if (message.hasAttachments !== true) return false;
  const path = `${owner}/messages/${encodeURIComponent(message.id)}/attachments?$select=contentType`;
  const list = await orGone(async () => read(wireAttachments, (await ask({ method: 'GET', path })).body));
  return (list?.value ?? []).some(({ contentType }) =>
    /^(?:text\/calendar|application\/ics)\b/i.test(contentType ?? ''),
  );
}

const wireAttachments = z.object({ value: z.array(z.object({ contentType: z.string().nullish() })) });

/** The whole message; null: somebody has deleted it meanwhile. */
async function mimeOf({ ask, owner }: GraphMailbox, id: string): Promise<Uint8Array | 'unread' | null> {
  const path = `${owner}/messages/${encodeURIComponent(id)}/$value`;
  const reply = await orGone(() => ask({ method: 'GET', path }));
  if (reply === null) return null;
  const bytes = reply.bytes ?? new Uint8Array();
  return bytes.byteLength > maxMailBytes ? 'unread' : bytes;
}

async function orGone<Result>(ask: () => Promise<Result>): Promise<Result | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RemoteError && error.kind === 'gone') return null;
    throw error;
  }
}

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new RemoteError('protocol', 'the reply is not what Graph says of messages');
}
