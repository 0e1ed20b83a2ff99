/**
 * The one door for answers, wherever they come from: who may answer for whom, what is older than what is on record,
 * and what the office must hear of. design.md section 7; reference/icalendar-email-caldav.md section 4.3.
 */
import { createHash } from 'node:crypto';
import type { EventContent } from '../model/event.ts';
import { attendanceOf } from '../model/groups.ts';
import type { EventId, Instant, PersonId, ProductionId } from '../model/ids.ts';
import type { Told } from '../model/message.ts';
import type { Person } from '../model/person.ts';
import type { Answer, Reply, ReplySource } from '../model/reply.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { OccurrenceStart } from '../model/series.ts';
import { speakersFor } from '../model/speakers.ts';
import { oneLine } from '../model/view.ts';
import { instantOf, type LocalDate, localAt, sameWhen, type When } from '../model/when.ts';
import type { Repositories } from '../store/store.ts';
import { openFinding, type Stamp } from './findings.ts';
import { cardOf, nameOf, type ReplyMatter, settleReplyCards } from './reply-cards.ts';
import { standing } from './reply-standing.ts';

/** An answer as it came in, its sender already matched to a person. */
export type GivenReply = Readonly<{
  production: ProductionId;
  event: EventId;
  /** Who gave it. */
  by: PersonId;
  /** Whose attendance it is about; null: not said, then whoever `by` reads mail for on this event. */
  person: PersonId | null;
  answer: Answer;
  /** One date of a series; null: all of it. */
  occurrence: OccurrenceStart | null;
  /** Another time they propose instead; null: none. */
  proposed: When | null;
  /** Plain text; cut to 1,000 characters here. */
  comment: string;
  source: ReplySource;
  /** The event version they answered; null: unknown, then what `by` was last told, else what is published. */
  version: number | null;
  /** When they answered, by the clock of their program; null: not said, then now. */
  at: Instant | null;
}>;

/**
 * `duplicate`: on record already. `stale`: they have answered since. `not-invited`: nobody asks them; the office has a
 * card. `not-theirs-to-give`: somebody else answers for that person; a card too. `unclear-whose`: `by` reads mail for
 * several people of this event and did not say whose answer it is; a card too.
 */
export type Recorded =
  | Readonly<{ kind: 'recorded'; reply: Reply }>
  | Readonly<{
      kind: 'duplicate' | 'stale' | 'not-invited' | 'not-theirs-to-give' | 'unclear-whose' | 'no-such-event';
    }>;

/** Records an answer inside the caller's transaction. Idempotent. `stamp`: a Runtime will do. */
export async function recordReply(r: Repositories, given: GivenReply, stamp: Stamp): Promise<Recorded> {
  const { production, event: id, by } = given;
  const snapshot = await r.schedule.snapshot(production);
  const event = snapshot.events.get(id);
  if (!event) return { kind: 'no-such-event' };
  const { content, version: published } = event.published ?? event;
  const told = (await r.mail.toldOf(production, id)).filter(({ reader }) => reader.person === by);
  const whose =
    given.person === null
      ? whoseAnswer(given, content, told, snapshot)
      : refusal(given, given.person, content, snapshot);
  if (typeof whose === 'object') {
    await openStray(r, stamp, given, `${by}/${given.person ?? ''}`, whose.words);
    return { kind: whose.kind };
  }
  const matter: ReplyMatter = { snapshot, event, history: await r.schedule.history(production, id) };
  const version = given.version ?? told.find(({ reader }) => reader.about === whose)?.eventVersion ?? published;
  const before = (await r.replies.of(production, id)).filter(
    ({ person, occurrence }) => person === whose && occurrence === given.occurrence,
  );
  // What is read last holds: the clock may stand still between two, or be set back.
  const receivedAt = Math.max(stamp.now(), (before.at(-1)?.receivedAt ?? 0) + 1);
  const reply = { ...replyOf({ ...given, person: whose, version }, content, stamp.now()), receivedAt };
  const kind = judge(reply, given.at === null, before, matter);
  if (kind !== 'recorded') return { kind };
  await r.replies.put(reply);
  const card = cardOf(reply, matter);
  if (card) await openFinding(r, stamp, card);
  await settleReplyCards(r, production, stamp.now());
  return { kind, reply };
}

type Refusal = Readonly<{ kind: 'not-invited' | 'not-theirs-to-give' | 'unclear-whose'; words: string }>;

/** The one person whom somebody's answer can be about: themself if they are asked, or the one of whom they were told. */
function whoseAnswer(
  given: GivenReply,
  content: EventContent,
  told: readonly Told[],
  snapshot: ScheduleSnapshot,
): PersonId | Refusal {
  const asked = new Set(attendanceOf(content, snapshot).map(({ person }) => person));
  const others = [...new Set(told.map(({ reader }) => reader.about))].filter(about => asked.has(about));
  const [only = given.by] = asked.has(given.by) ? [given.by] : others;
  if (!asked.has(given.by) && others.length > 1) {
    return { kind: 'unclear-whose', words: 'it is not clear for whom' };
  }
  return refusal(given, only, content, snapshot);
}

/** The person, or why their answer is not taken from `by`. */
function refusal(
  { by }: GivenReply,
  person: PersonId,
  content: EventContent,
  snapshot: ScheduleSnapshot,
): PersonId | Refusal {
  const isAsked = attendanceOf(content, snapshot).some(one => one.person === person);
  const about = snapshot.people.get(person);
  if (!isAsked || !about) return { kind: 'not-invited', words: 'they are not asked to it' };
  if (mayAnswer(by, about, content)) return person;
  return { kind: 'not-theirs-to-give', words: 'others answer for that person' };
}

/**
 * Who reads mail for a person answers for them; who may edit the diary of somebody that answers for themself does so
 * too. A child, or an artist behind an agent, has others to answer.
 */
function mayAnswer(by: PersonId, about: Person, content: EventContent): boolean {
  const speakers = speakersFor(about, content.when.start.slice(0, 10) as LocalDate);
  return speakers.includes(by) || (about.delegate === by && speakers.includes(about.id));
}

type Known = GivenReply & Readonly<{ person: PersonId; version: number }>;

function replyOf(given: Known, content: EventContent, now: Instant): Reply {
  const { production, event, person, by, answer, occurrence, source, version } = given;
  const proposed = given.proposed && inZoneOf(content, given.proposed);
  // A clock that is ahead must not make every later answer look like an older one.
  const at = Math.min(given.at ?? now, now);
  const said = { production, event, person, by, answer, occurrence, proposed, source, version };
  return { id: idOf(given, at), ...said, comment: plainText(given.comment), at, receivedAt: now };
}

/** The same act has one id, however often it is told, and whichever way. */
function idOf({ production, event, person, by, answer, occurrence, proposed, at }: Known, now: Instant): string {
  const parts = JSON.stringify([production, event, person, by, answer, occurrence, proposed, at ?? now]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}

/** Taken into the schedule it must not carry another zone there. */
function inZoneOf({ when: { zone } }: EventContent, proposed: When): When {
  if (proposed.kind === 'all-day') return { ...proposed, zone };
  const there = (local: typeof proposed.start) => localAt(instantOf(local, proposed.zone), zone);
  return { kind: 'timed', start: there(proposed.start), end: there(proposed.end), zone };
}

const commentMax = 1_000;

function plainText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .trim()
    .slice(0, commentMax)
    .toWellFormed();
}

/**
 * What an answer is beside those of the same person that are on record (as received). An answer to the time that
 * stands goes before one to an earlier time, whatever their clocks say. @param isUndated whether its time is only ours
 */
function judge(
  reply: Reply,
  isUndated: boolean,
  before: readonly Reply[],
  { event, history }: ReplyMatter,
): 'recorded' | 'duplicate' | 'stale' {
  const newest = before.at(-1);
  if (newest === undefined) return 'recorded';
  const isCurrent = (one: Reply) => standing(one, event, history) === 'current';
  const saysNothingNew = (old: Reply) =>
    old.answer === reply.answer &&
    (old.version === reply.version || (isCurrent(old) && isCurrent(reply))) &&
    (reply.comment === '' || reply.comment === old.comment) &&
    (reply.proposed === null || (old.proposed !== null && sameWhen(old.proposed, reply.proposed)));
  // What a calendar shows without a date may be older than an answer that came another way since.
  const alike = isUndated ? before.findLast(({ source }) => source === reply.source) : undefined;
  if (before.some(({ id }) => id === reply.id) || [newest, alike].some(old => old && saysNothingNew(old))) {
    return 'duplicate';
  }
  if (isCurrent(newest) !== isCurrent(reply)) return isCurrent(reply) ? 'recorded' : 'stale';
  return reply.at < newest.at ? 'stale' : 'recorded';
}

/** Somebody answered whom the unit list does not know (a forwarded invitation). */
export type StrangerReply = Readonly<{
  production: ProductionId;
  event: EventId;
  /** The address as it stands in the mail, for the office's eyes. */
  address: string;
  answer: Answer;
  /** `ahead`: it names a version that nobody was sent, as after a restore from a backup, or as a forger might. */
  why: 'stranger' | 'ahead';
}>;

const addressMax = 254;
const strayWords: Readonly<Record<StrangerReply['why'], string>> = {
  stranger: 'the unit list does not know the address',
  ahead: 'to a version that nobody was sent: it is forged, or the store was restored from a backup; ask them',
};

/** Opens a card for the office; they are never added by themselves (sheet, section 4.5). Idempotent. */
export async function reportStranger(r: Repositories, given: StrangerReply, stamp: Stamp): Promise<void> {
  await openStray(r, stamp, given, given.address.toLowerCase(), strayWords[given.why]);
}

/** An answer that is on nobody's record. A card that was read does not open again for the same words. */
async function openStray(
  r: Repositories,
  stamp: Stamp,
  given: StrangerReply | GivenReply,
  who: string,
  why: string,
): Promise<void> {
  const { production, event: id, answer } = given;
  const snapshot = await r.schedule.snapshot(production);
  const event = snapshot.events.get(id);
  if (!event) return;
  const by = 'address' in given ? null : given.by;
  const name =
    'address' in given
      ? oneLine(given.address).slice(0, addressMax)
      : nameOf({ by: given.by, person: given.person ?? given.by }, snapshot);
  const title = `${name} answered “${oneLine((event.published ?? event).content.title)}” (${answer}), but ${why}.`;
  // An address may be as long as a mail: PostgreSQL has no keys of that length.
  const key = `stray-reply/${id}/${createHash('sha256').update(who).digest('hex').slice(0, 32)}`;
  if ((await r.findings.byKey(production, key))?.title === title) return;
  const facts = { production, key, kind: 'reply', calendar: null, person: by, event: id, title } as const;
  await openFinding(r, stamp, { ...facts, met: [], suggestions: [] });
}
