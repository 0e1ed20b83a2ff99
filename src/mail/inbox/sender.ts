/** Who answered which event: an answer counts only from an address to which the invitation went. Pure. */
import { domainToASCII } from 'node:url';
import type { Answering, ItipAnswer } from '../../ical/reply.ts';
import type { EventId, PersonId } from '../../model/ids.ts';
import type { OutboxMessage, Reader, Told } from '../../model/message.ts';
import type { Answer } from '../../model/reply.ts';

/** All that one production knows of who was told what. */
export type Correspondence = Readonly<{
  told: readonly Told[];
  messages: readonly OutboxMessage[];
  /** By the unit list. */
  addresses: ReadonlyMap<PersonId, string>;
}>;

/**
 * `person`: the door decides whether `by` may answer for `about`. `unknown-event`: no invitation of this UID went out.
 * `no-answer`: it answers nothing yet, or delegates. `ahead`: it answers a version that nobody was sent: forged, or our
 * store was set back. `stranger`: nobody we know by that address; the office is asked. `several`: two people share it.
 */
export type Sender =
  | Readonly<{
      kind: 'person';
      event: EventId;
      by: PersonId;
      about: PersonId;
      answer: Answer;
      /** null: it is not known which they answer. */
      version: number | null;
    }>
  | Readonly<{ kind: 'stranger' | 'ahead'; event: EventId; answer: Answer }>
  | Readonly<{ kind: 'unknown-event' | 'no-answer' | 'several' }>;

/** @param from the address in From: only what it says for itself is believed */
export function whoAnswered(answer: ItipAnswer, from: string, known: Correspondence): Sender {
  const told = known.told.filter(({ uid }) => uid === answer.uid);
  const [any] = told;
  if (any === undefined) return { kind: 'unknown-event' };
  const own = answer.attendees.find(({ address }) => sameMailbox(address, from));
  const { address: guest, answer: given } = own ?? answer.attendees.find(one => one.answer !== null) ?? nobody;
  if (given === null) return { kind: 'no-answer' };
  const { event } = any;
  if (isAhead(answer, told, known.messages)) return { kind: 'ahead', event, answer: given };
  const invited = told.filter(({ reader, itip }) => itip && wroteTo(guest, event, reader, known.messages));
  const [invitation] = invited;
  // Where the invitation went is theirs, also when the unit list has another address for them by now.
  const guests = invitation ? invited.map(({ reader }) => reader.person) : peopleAt(guest, known.addresses);
  const senders = own ? guests : peopleAt(from, known.addresses);
  if (guests.length > 1 || senders.length > 1) return { kind: 'several' };
  const [about] = guests;
  const [by] = senders;
  if (by === undefined || about === undefined) return { kind: 'stranger', event, answer: given };
  // Somebody who answers from another address than theirs of then still answers what they were sent.
  const theirs = invitation ?? told.find(({ reader, itip }) => itip && reader.person === about);
  const sent = theirs ? messagesTo(event, theirs.reader, known.messages) : [];
  const version = theirs ? versionOf(answer.sequence, theirs, sent) : null;
  return version === 'ahead'
    ? { kind: 'ahead', event, answer: given }
    : { kind: 'person', event, by, about, answer: given, version };
}

/** Nobody at all was sent that SEQUENCE, or may have been. */
function isAhead({ sequence }: ItipAnswer, told: readonly Told[], messages: readonly OutboxMessage[]): boolean {
  const events = new Set(told.map(({ event }) => event));
  const sent = messages.filter(message => events.has(message.event) && message.mail !== null);
  return sequence !== null && [...told, ...sent].every(one => one.sequence < sequence);
}

const nobody: Answering = { address: '', answer: null, sentBy: null };

function peopleAt(address: string, addresses: Correspondence['addresses']): readonly PersonId[] {
  return [...addresses].flatMap(([person, one]) => (sameMailbox(one, address) ? [person] : []));
}

function wroteTo(address: string, event: EventId, reader: Reader, messages: readonly OutboxMessage[]): boolean {
  return messagesTo(event, reader, messages).some(({ to }) => sameMailbox(to, address));
}

type SentMail = Readonly<{ to: string; sequence: number; version: number }>;

/** What went out to a reader about an event, also where its arrival is not certain. */
function messagesTo(event: EventId, reader: Reader, messages: readonly OutboxMessage[]): readonly SentMail[] {
  return messages.flatMap(({ mail, sequence, version, ...message }) => {
    const isTheirs =
      message.event === event && message.reader.person === reader.person && message.reader.about === reader.about;
    return isTheirs && mail !== null ? [{ to: addressIn(mail.to), sequence, version }] : [];
  });
}

/**
 * The version of the message with that SEQUENCE; without one the first they were sent, so that nobody is taken to have
 * agreed to a time they never saw. null: those messages are no longer kept.
 */
function versionOf(sequence: number | null, told: Told, sent: readonly SentMail[]): number | null | 'ahead' {
  const last = Math.max(told.sequence, ...sent.map(message => message.sequence));
  if (sequence !== null && sequence > last) return 'ahead';
  const inOrder = sent.toSorted((a, b) => a.sequence - b.sequence);
  const seen = inOrder.findLast(message => sequence !== null && message.sequence <= sequence);
  return (seen ?? inOrder[0])?.version ?? null;
}

/** The address of `"Name" <address>`. */
function addressIn(mailbox: string): string {
  return /<([^<>]*)>\s*$/.exec(mailbox)?.[1] ?? mailbox;
}

/** Whether two addresses are one mailbox: case, forms of one domain, and what Gmail ignores, tell none apart. */
export function sameMailbox(a: string, b: string): boolean {
  const plain = plainAddress(a);
  return plain !== '' && plain === plainAddress(b);
}

function plainAddress(address: string): string {
  const [, local = '', domain = ''] = /^([^@]+)@([^@]+)$/.exec(address.trim().toLowerCase()) ?? [];
  const host = domainToASCII(domain);
  if (local === '' || host === '') return '';
  if (host !== 'gmail.com' && host !== 'googlemail.com') return `${local}@${host}`;
  return `${local.replace(/\+.*$/, '').replaceAll('.', '')}@gmail.com`;
}
