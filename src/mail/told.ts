/**
 * What each person was last told, against what is true now: the difference is the mail to write. Pure.
 * One open message an event and reader; an edit and its undo leave nothing. design.md section 7.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ScheduledEvent } from '../model/event.ts';
import type { EventId, Instant, OutboxId } from '../model/ids.ts';
import type { MessageKind, OutboxMessage, Reader, Statement } from '../model/message.ts';
import { type Case, type CaseInput, casesOf } from './cases.ts';
import { dueAt, type QuietHours } from './quiet.ts';
import type { Unreachable } from './routing.ts';
import { isOver, mustBeTold, nextStart } from './statement.ts';

export type PlanSettings = Readonly<{
  quietPeriodMs: number;
  quietHours: QuietHours | null;
  /** A batch of more new messages than this waits for a person's release. */
  reviewOver: number;
  /** Everything new waits for release. */
  firstImport: boolean;
  /** Right-hand side of Message-IDs: the domain of the sender. */
  domain: string;
}>;

export type MailPlan = Readonly<{
  put: readonly OutboxMessage[];
  unreachable: readonly (Unreachable & Readonly<{ event: EventId }>)[];
}>;

type PlanInput = CaseInput & Readonly<{ settings: PlanSettings; newId: () => OutboxId }>;

type Letter = Readonly<{ kind: MessageKind; statement: Statement | null; sequence: number; uid: string }>;

/** Makes the outbox match the schedule. Planning twice without a change puts nothing. */
export function planMessages(input: PlanInput): MailPlan {
  const { snapshot, settings } = input;
  const { cases, unreachable } = casesOf(input);
  const put: OutboxMessage[] = [];
  const fresh: OutboxMessage[] = [];
  for (const one of cases.values()) {
    if (one.inFlight) continue;
    const event = snapshot.events.get(one.event) ?? null;
    const letter = letterFor(one, event, input.now);
    if (letter === null) {
      if (one.open) put.push({ ...one.open, state: 'dropped', waitsFor: null, changedAt: input.now });
    } else if (one.open) {
      if (!says(one.open, letter)) put.push(written(one.open, one, letter, event, input));
    } else if (!one.failed || !says(one.failed, letter)) {
      fresh.push(written(blank(one, input), one, letter, event, input));
    }
  }
  const waits = settings.firstImport || fresh.length > settings.reviewOver;
  put.push(...(waits ? fresh.map(message => ({ ...message, state: 'held', waitsFor: 'release' }) as const) : fresh));
  return { put, unreachable };
}

/** What must be written in one case; null: nothing. */
function letterFor(one: Case, event: ScheduledEvent | null, now: Instant): Letter | null {
  const { told, truth } = one;
  const sameEvent = told === null || (event !== null && told.uid === event.uid);
  const sequence = Math.max(sameEvent ? (event?.sequence ?? 0) : 0, told ? told.sequence + 1 : 0);
  const current = told?.statement ?? null;
  if (told && current) {
    if (isOver(current, now) && (truth === null || isOver(truth, now))) return null;
    // An id used anew is another event: the old one is taken back before the new one is told (in the next planning).
    if (one.isOff || (event && !sameEvent)) return { kind: 'cancel', statement: null, uid: told.uid, sequence };
    if (truth === null || !one.mayUpdate || !mustBeTold(current, truth, now)) return null;
    return { kind: 'update', statement: truth, uid: told.uid, sequence };
  }
  if (truth === null || event === null || !one.mayInvite || isOver(truth, now)) return null;
  return { kind: 'invite', statement: truth, uid: event.uid, sequence: sameEvent ? sequence : event.sequence };
}

function says(message: OutboxMessage, letter: Letter): boolean {
  const { kind, statement, sequence } = message;
  return kind === letter.kind && sequence === letter.sequence && isDeepStrictEqual(statement, letter.statement);
}

function blank(one: Case, { snapshot, now, newId }: PlanInput): OutboxMessage {
  return {
    id: newId(),
    production: snapshot.production,
    event: one.event,
    reader: one.reader,
    kind: 'invite',
    state: 'held',
    version: 0,
    statement: null,
    sequence: 0,
    messageId: '',
    waitsFor: 'quiet',
    dueAt: now,
    createdAt: now,
    changedAt: now,
    sentAt: null,
    tries: 0,
    problem: null,
    mail: null,
  };
}

/** The message with what it must say now; the quiet period counts from here. */
function written(
  message: OutboxMessage,
  one: Case,
  letter: Letter,
  event: ScheduledEvent | null,
  { snapshot, settings, now }: PlanInput,
): OutboxMessage {
  // Who was told of tomorrow morning must hear tonight that it is next week: the earlier start counts.
  const said = [one.told?.statement ?? null, letter.statement].filter(statement => statement !== null);
  const start = Math.min(...said.filter(statement => !isOver(statement, now)).map(one => nextStart(one, now)));
  const due = Math.max(now, dueAt(now, start, settings, snapshot.zone));
  const content = {
    kind: letter.kind,
    statement: letter.statement,
    sequence: letter.sequence,
    version: event?.published?.version ?? event?.version ?? one.told?.eventVersion ?? 0,
    messageId: messageIdFor(letter, one.reader, settings.domain),
    changedAt: now,
    dueAt: due,
    tries: 0,
    problem: null,
  };
  if (message.waitsFor === 'release') return { ...message, ...content };
  return { ...message, ...content, ...(due <= now ? dueNow : inPeace) };
}

const dueNow = { state: 'due', waitsFor: null } as const;
const inPeace = { state: 'held', waitsFor: 'quiet' } as const;

/** The same for the same words to the same reader, so that a repeat is the same message (RFC 5322 section 3.6.4). */
function messageIdFor({ uid, sequence, kind, statement }: Letter, { person, about }: Reader, domain: string): string {
  const parts = JSON.stringify([uid, sequence, kind, person, about, statement]);
  return `<${createHash('sha256').update(parts).digest('hex').slice(0, 32)}.${sequence}@${domain}>`;
}
