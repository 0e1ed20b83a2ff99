/**
 * One reading of the office's mailbox: what came since the last, matched to whom we wrote, through the one door for
 * answers. The position is stored in the transaction that stores what was read before it. design.md section 7.
 */
import PostalMime from 'postal-mime';
import { IcalError } from '../../ical/ical-error.ts';
import { type ItipAnswer, occurrenceIn, proposalIn } from '../../ical/reply.ts';
import type { EventContent } from '../../model/event.ts';
import type { Instant, ProductionId } from '../../model/ids.ts';
import type { OutboxMessage, Told } from '../../model/message.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type GivenReply, type Recorded, recordReply, reportStranger } from '../../schedule/reply.ts';
import { type Repositories, type Store, StoreError } from '../../store/store.ts';
import { type AnswerMail, type NoAnswer, readAnswer } from './answer.ts';
import type { Inbox } from './inbox.ts';
import { type Correspondence, type Sender, whoAnswered } from './sender.ts';

export type InboxParts = Readonly<{ store: Store; runtime: Runtime; inbox: Inbox }>;

/** What became of an answer, or of a mail that is none. Nothing else of it is kept or logged. */
export type Fate =
  | Recorded['kind']
  | Exclude<Sender['kind'], 'person'>
  | NoAnswer
  | 'unread'
  | 'unreadable-mail'
  | 'defect'
  | 'unreadable-time';
export type InboxReport = Readonly<Partial<Record<Fate, number>>>;

/** Somebody's clock may be wrong, but an answer from next week would outrank all that come before then. */
const clockToleranceMs = 86_400_000;
/** Of a hostile mail. */
const mimeBounds = { forceRfc822Attachments: true, maxNestingDepth: 20, maxHeadersSize: 256 * 1024 } as const;

/** Reads on from where the last reading ended. Reading twice records nothing twice. Throws MailError, StoreError. */
export async function readInbox(parts: InboxParts, signal: AbortSignal): Promise<InboxReport> {
  const { store, runtime, inbox } = parts;
  const key = `inbox/position/${inbox.name}`;
  const fates: Fate[] = [];
  let at = await store.read(r => r.meta.get(key));
  for await (const { mails, unread, position } of inbox.read(at, signal)) {
    const read = await Promise.all(mails.map(parseMail));
    const batch = await recordBatch({ store, runtime, key, at }, read, position);
    if (batch === null) break;
    fates.push(...batch, ...Array<Fate>(unread).fill('unread'));
    at = position;
    if (signal.aborted) break;
  }
  return countsOf(fates);
}

/** Where the reading stands. */
type Stand = Readonly<{ store: Store; runtime: Runtime; key: string; at: string | null }>;
type ReadMail = AnswerMail | Fate;

/**
 * All of it together; where that fails by a defect, each mail by itself, so that none keeps those behind it from being
 * read for ever. null: another process has read on meanwhile, and what it has dealt with is not gone back to.
 */
async function recordBatch(stand: Stand, mails: readonly ReadMail[], position: string): Promise<Fate[] | null> {
  try {
    return await recordAll(stand, mails, position);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const fates: Fate[] = [];
    for (const mail of mails) {
      const found = await recordAll(stand, [mail], null).catch((defect: unknown) => passOver(stand, defect));
      if (found === null) return null;
      fates.push(...found);
    }
    return (await recordAll(stand, [], position)) && fates;
  }
}

function passOver({ runtime }: Stand, defect: unknown): Fate[] {
  if (defect instanceof StoreError) throw defect;
  runtime.log.error({ err: defect }, 'an answer was passed over by a defect; the mail lies in the mailbox for people');
  return ['defect'];
}

/** One transaction. @param position null: where the reading stands does not change yet */
async function recordAll(
  { store, runtime, key, at }: Stand,
  mails: readonly ReadMail[],
  position: string | null,
): Promise<Fate[] | null> {
  return await store.write(async r => {
    if ((await r.meta.get(key)) !== at) return null;
    const desk = { r, runtime, letters: lettersOf(r) };
    const found: Fate[] = [];
    for (const mail of mails) found.push(...(typeof mail === 'string' ? [mail] : await recordMail(desk, mail)));
    if (position !== null) await r.meta.put(key, position);
    return found;
  });
}

async function parseMail(raw: Uint8Array): Promise<ReadMail> {
  // The parser refuses what goes beyond its bounds with plain errors.
  const mail = await PostalMime.parse(raw, mimeBounds).catch(() => null);
  if (mail === null) return 'unreadable-mail';
  const reading = readAnswer(mail);
  return reading.kind === 'answers' ? reading : reading.why;
}

/** One transaction, and what it has looked up so far. */
type Desk = Readonly<{ r: Repositories; runtime: Runtime; letters: ReturnType<typeof lettersOf> }>;

async function recordMail(desk: Desk, mail: AnswerMail): Promise<Fate[]> {
  const fates: Fate[] = [];
  for (const answer of mail.answers) fates.push(await recordAnswer(desk, mail, answer));
  return fates;
}

async function recordAnswer({ r, runtime, letters }: Desk, mail: AnswerMail, answer: ItipAnswer): Promise<Fate> {
  for (const { id: production } of await r.schedule.productions()) {
    const sender = whoAnswered(answer, mail.from, await letters(production, answer.uid));
    if (sender.kind === 'unknown-event') continue;
    if (sender.kind === 'stranger' || sender.kind === 'ahead') {
      const { kind: why, event, answer: said } = sender;
      await reportStranger(r, { production, event, address: mail.from, answer: said, why }, runtime);
    }
    if (sender.kind !== 'person') return sender.kind;
    const { event, by, about, version } = sender;
    const stored = await r.schedule.event(production, event);
    const times = timesOf(answer, stored?.published?.content ?? stored?.content ?? null);
    if (times === null) return 'unreadable-time';
    const given: GivenReply = {
      production,
      event,
      by,
      person: about,
      answer: sender.answer,
      ...times,
      comment: answer.comment,
      source: 'mail',
      version,
      at: saidAt(answer, mail, runtime.now()),
    };
    return (await recordReply(r, given, runtime)).kind;
  }
  return 'unknown-event';
}

const noLetters: Correspondence = { told: [], messages: [], addresses: new Map() };

/** Each production's letters, looked up once; nothing but `told` is loaded of one that never wrote of this UID. */
function lettersOf(r: Repositories): (production: ProductionId, uid: string) => Promise<Correspondence> {
  const told = new Map<ProductionId, readonly Told[]>();
  const whole = new Map<ProductionId, Correspondence>();
  return async (production, uid) => {
    const rows = told.get(production) ?? (await invitationsOf(r, production));
    told.set(production, rows);
    if (rows.every(row => row.uid !== uid)) return noLetters;
    const known = whole.get(production) ?? (await correspondenceOf(r, production, rows));
    whole.set(production, known);
    return known;
  };
}

/** What was told, and the invitations whose outcome is not known yet: an answer may be quicker. */
async function invitationsOf(r: Repositories, production: ProductionId): Promise<readonly Told[]> {
  const told = await r.mail.told(production);
  const isTold = (one: OutboxMessage) =>
    told.some(({ event, reader: { person, about } }) => {
      return event === one.event && person === one.reader.person && about === one.reader.about;
    });
  const open = (await r.mail.messages(production, ['sending', 'unknown'])).filter(one => !isTold(one));
  return [...told, ...open.flatMap(invitationIn)];
}

function invitationIn({ production, event, reader, statement, mail, ...message }: OutboxMessage): Told[] {
  const [, uid] = /^UID:(.+?)\r?$/m.exec(mail?.calendar?.ics ?? '') ?? [];
  if (uid === undefined) return [];
  const { sequence, version: eventVersion, messageId, changedAt: at } = message;
  const messageIds = [messageId];
  return [{ production, event, reader, statement, uid, sequence, eventVersion, itip: true, messageIds, at }];
}

async function correspondenceOf(
  r: Repositories,
  production: ProductionId,
  told: readonly Told[],
): Promise<Correspondence> {
  const { people } = await r.schedule.snapshot(production);
  const addresses = [...people.values()].flatMap(({ id, email }) => (email ? [[id, email] as const] : []));
  return { told, messages: await r.mail.messages(production), addresses: new Map(addresses) };
}

/** null: one of its times cannot be read, so nothing of it is believed. */
function timesOf(answer: ItipAnswer, content: EventContent | null): Pick<GivenReply, 'occurrence' | 'proposed'> | null {
  if (content === null) return { occurrence: null, proposed: null };
  try {
    const occurrence = content.rrule === null ? null : occurrenceIn(answer, content.when);
    const proposed = proposalIn(answer, content.when.zone);
    // Beyond these years another zone has times that are none in our form.
    const isFar = proposed !== null && !(proposed.start >= '1970' && proposed.end < '9999');
    return isFar ? null : { occurrence, proposed };
  } catch (error) {
    if (error instanceof IcalError || error instanceof RangeError) return null;
    throw error;
  }
}

function saidAt({ stampedAt }: ItipAnswer, { sentAt }: AnswerMail, now: Instant): Instant | null {
  const isSane = (at: Instant | null) => at !== null && at <= now + clockToleranceMs;
  return [stampedAt, sentAt].find(isSane) ?? null;
}

function countsOf(fates: readonly Fate[]): InboxReport {
  const groups = [...Map.groupBy(fates, fate => fate)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([fate, all]) => [fate, all.length]));
}
