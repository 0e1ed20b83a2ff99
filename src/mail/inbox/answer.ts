/** From a mail to what it answers, and in whose name it was sent. Pure. Mail sheet, sections 9.2 and 9.3. */
import type { Attachment, Email } from 'postal-mime';
import { type ItipAnswer, type NoReply, readReply } from '../../ical/reply.ts';
import type { Instant } from '../../model/ids.ts';

export type AnswerMail = Readonly<{
  kind: 'answers';
  /** The one address in From. */
  from: string;
  /** Its Date, by the sender's clock; null: none that can be read. */
  sentAt: Instant | null;
  answers: readonly ItipAnswer[];
}>;

/**
 * Why a mail is no answer that could be believed. `no-calendar`: a letter to the office, or an absence note.
 * `no-sender`: From names nobody, or several. `method-differs`: its envelope and its calendar part contradict each other.
 * `not-authentic`: the office's own mail server found the sender's address to be forged (DMARC).
 */
export type NoAnswer = NoReply | 'no-calendar' | 'no-sender' | 'method-differs' | 'not-authentic';
export type MailReading = AnswerMail | Readonly<{ kind: 'refused'; why: NoAnswer }>;

/** A subject such as “Accepted: …” is no answer: nothing is inferred from words. */
export function readAnswer(mail: Email): MailReading {
  const part = calendarPart(mail.attachments);
  if (part === null) return refused('no-calendar');
  const reading = readReply(textOf(part));
  if (reading.kind === 'refused') return reading;
  const methods = new Set([part.method, ...reading.answers.map(({ method }) => method)]);
  methods.delete(undefined);
  if (methods.size > 1) return refused('method-differs');
  const from = senderOf(mail);
  if (from === null) return refused('no-sender');
  if (isForged(mail)) return refused('not-authentic');
  const sentAt = Date.parse(mail.date ?? '');
  return { kind: 'answers', from, sentAt: Number.isNaN(sentAt) ? null : sentAt, answers: reading.answers };
}

const refused = (why: NoAnswer): MailReading => ({ kind: 'refused', why });

/** The part that programs act on; the attached copy only where there is none. */
function calendarPart(attachments: readonly Attachment[]): Attachment | null {
  const acted = attachments.find(({ mimeType }) => mimeType === 'text/calendar');
  return acted ?? attachments.find(({ mimeType }) => mimeType === 'application/ics') ?? null;
}

/** Decoded from its own charset already. */
function textOf({ content }: Attachment): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}

function senderOf({ from, headers }: Email): string | null {
  const isOne = headers.filter(({ key }) => key === 'from').length === 1;
  const address = from?.address?.trim() ?? '';
  // Of several addresses in one From the parser names the first.
  const named = headers.find(({ key }) => key === 'from')?.value.match(/[^\s<>,;:"]+@[^\s<>,;:"]+/g) ?? [];
  const others = named.filter(one => one.toLowerCase() !== address.toLowerCase());
  return isOne && address !== '' && others.length === 0 ? address : null;
}

/**
 * Only the topmost Authentication-Results (RFC 8601) is that of the office's own server; those below came with the
 * mail. One that says "pass" proves nothing here, for without such a server the sender could have written it.
 */
function isForged({ headers }: Email): boolean {
  const topmost = headers.find(({ key }) => key === 'authentication-results')?.value ?? '';
  return /(?:^|[;\s])dmarc\s*=\s*fail\b/i.test(topmost);
}
