import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IcalError } from '../../src/ical/ical-error.ts';
import { type ItipAnswer, occurrenceIn, proposalIn, readReply } from '../../src/ical/reply.ts';
import type { When, ZoneName } from '../../src/model/when.ts';
import { type Answered, exchangeReply, googleReply, outlookCounter, plainReply } from '../mail/inbox/letters.ts';
import { timed } from '../mail/world.ts';

const london = 'Europe/London' as ZoneName;
const guest: Answered = { uid: 'E1@callboard', attendee: 'guest@film.test', sequence: 2 };

function answersOf(text: string): readonly ItipAnswer[] {
  const reading = readReply(text);
  if (reading.kind === 'refused') throw new Error(reading.why);
  return reading.answers;
}
function answerOf(text: string): ItipAnswer {
  const [answer, ...more] = answersOf(text);
  if (!answer || more.length > 0) throw new Error('not one answer');
  return answer;
}
const refusalOf = (text: string) => {
  const reading = readReply(text);
  return reading.kind === 'refused' ? reading.why : null;
};

describe('an answer to an invitation', () => {
  it.each([
    ['a program that keeps to the letter', plainReply(guest), 'accepted'],
    ['Google', googleReply(guest), 'accepted'],
    ['Exchange, which leaves ORGANIZER out', exchangeReply(guest), 'declined'],
    ['Outlook, which proposes another time', outlookCounter(guest), 'tentative'],
  ] as const)('of %s is read', (_, text, answer) => {
    expect(answerOf(text)).toMatchObject({
      uid: 'E1@callboard',
      sequence: 2,
      stampedAt: Date.parse('2027-03-01T10:00:00Z'),
      attendees: [{ address: 'guest@film.test', answer, sentBy: null }],
    });
  });

  it.each([
    ['ACCEPTED', 'accepted'],
    ['tentative', 'tentative'],
    ['DECLINED', 'declined'],
    ['NEEDS-ACTION', null],
    ['DELEGATED', null],
    ['X-PERHAPS', null],
  ])('that says %s means %s', (partstat, answer) => {
    expect(answerOf(plainReply({ ...guest, partstat })).attendees).toMatchObject([{ answer }]);
  });

  it('carries its comment as text, whatever is in it', () => {
    const { comment } = answerOf(exchangeReply({ ...guest, comment: 'Late\\, by <b>ten</b> minutes\\nSorry' }));
    expect(comment).toBe('Late, by <b>ten</b> minutes\nSorry');
  });

  it('without SEQUENCE, or with one that is none, does not say which invitation it means', () => {
    expect(answerOf(plainReply({ ...guest, sequence: null })).sequence).toBeNull();
    expect(answerOf(plainReply(guest).replace('SEQUENCE:2', 'SEQUENCE:-1')).sequence).toBeNull();
  });

  it.each([
    ['ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:Guest@Film.test', 'Guest@Film.test'],
    ['ATTENDEE;PARTSTAT=ACCEPTED:guest@film.test', 'guest@film.test'],
    ['ATTENDEE;PARTSTAT=ACCEPTED;EMAIL=guest@film.test:/principals/guest/', 'guest@film.test'],
    ['ATTENDEE;PARTSTAT=ACCEPTED:urn:uuid:1234', ''],
    ['ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.test>,<guest@film.test', ''],
  ])('names its guest as %s', (line, address) => {
    const text = plainReply(guest).replace(/^ATTENDEE.*$/m, line);
    expect(answerOf(text).attendees[0]?.address).toBe(address);
  });

  it('says who gives it in the guest’s name', () => {
    const line = 'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:desk@film.test":mailto:guest@film.test';
    expect(answerOf(plainReply(guest).replace(/^ATTENDEE.*$/m, line)).attendees[0]?.sentBy).toBe('desk@film.test');
  });

  it('may hold several dates', () => {
    const one = plainReply(guest);
    const event = /BEGIN:VEVENT[\s\S]*END:VEVENT\r\n/.exec(one)?.[0] ?? '';
    const other = event.replace('UID:', 'RECURRENCE-ID:20270323T140000Z\r\nUID:').replace('ACCEPTED', 'DECLINED');
    const [first, second] = answersOf(one.replace('END:VCALENDAR', `${other}END:VCALENDAR`));
    const when: When = timed('2027-03-16', '14:00', '15:00');
    expect(first && occurrenceIn(first, when)).toBeNull();
    expect(second && occurrenceIn(second, when)).toBe('2027-03-23T14:00:00');
    expect(second?.attendees).toMatchObject([{ answer: 'declined' }]);
  });
});

describe('another time that is proposed', () => {
  it('is read in the zone Outlook calls by its own name', () => {
    expect(proposalIn(answerOf(outlookCounter(guest)), london)).toEqual(timed('2027-03-16', '16:30', '17:30'));
  });

  it('in UTC is in the zone of the event', () => {
    const text = outlookCounter(guest).replaceAll(
      /^(DTSTART|DTEND);TZID=GMT Standard Time:(.*)$/gm,
      (_, name: string, time: string) => `${name}:${time.trim().replace('20270316', '20270616')}Z`,
    );
    expect(proposalIn(answerOf(text), london)).toEqual(timed('2027-06-16', '17:30', '18:30'));
  });

  it('is a yes or no all the same, and without one a perhaps', () => {
    const of = (partstat: string) => answerOf(outlookCounter({ ...guest, partstat })).attendees[0]?.answer;
    expect([of('DECLINED'), of('ACCEPTED'), of('NEEDS-ACTION')]).toEqual(['declined', 'accepted', 'tentative']);
  });

  it('is in no plain answer, whatever times that repeats', () => {
    expect(proposalIn(answerOf(googleReply(guest)), london)).toBeNull();
  });

  it('in a zone nobody knows is refused, not guessed', () => {
    const text = outlookCounter(guest)
      .replaceAll('GMT Standard Time', 'Atlantis/Nowhere')
      .replaceAll(/^TZOFF.*$/gm, 'X:1');
    expect(() => proposalIn(answerOf(text), london)).toThrow(IcalError);
  });
});

describe('what is no answer', () => {
  it.each(['REQUEST', 'CANCEL', 'ADD', 'PUBLISH', 'DECLINECOUNTER', 'REFRESH', ''])('METHOD:%s is refused', method => {
    expect(refusalOf(plainReply(guest).replace('METHOD:REPLY', `METHOD:${method}`))).toBe('not-an-answer');
  });

  it('a text that says two things at once is refused', () => {
    expect(refusalOf(plainReply(guest).replace('METHOD:REPLY', 'METHOD:REPLY\r\nMETHOD:CANCEL'))).toBe('not-an-answer');
    expect(refusalOf(plainReply(guest).replace('METHOD:REPLY\r\n', ''))).toBe('not-an-answer');
    expect(refusalOf(plainReply(guest) + plainReply(guest).replace('REPLY', 'REQUEST'))).toBe('not-an-answer');
  });

  it('other text, a part of one, and one without an event are told apart', () => {
    expect(refusalOf('I accept')).toBe('not-icalendar');
    expect(refusalOf(plainReply(guest).replace(/END:VEVENT[\s\S]*/, ''))).toBe('cut-off');
    expect(refusalOf(plainReply(guest).replace(/BEGIN:VEVENT[\s\S]*END:VEVENT\r\n/, ''))).toBe('no-event');
  });

  it('what is larger than any answer is not read', () => {
    const filled = (text: string) => plainReply(guest).replace('END:VEVENT', `${text}\r\nEND:VEVENT`);
    expect(refusalOf(filled(`X-A:${'a'.repeat(40_000)}`))).toBe('too-large');
    expect(refusalOf(filled(`X-A:${'b'.repeat(70)}\r\n`.repeat(4_000)))).toBe('too-large');
    expect(refusalOf(filled('END:VEVENT\r\nBEGIN:VEVENT\r\n'.repeat(51)))).toBe('too-large');
    expect(refusalOf(filled(`X-A:${'a'.repeat(20_000)}`))).toBeNull();
  });

  it('whatever is done to an answer, it is read or refused, and its times are read or are IcalErrors', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('\r\n', ';', ':', '"', '\\n', 'BEGIN:VEVENT\r\n'),
    );
    const cut = fc.record({ at: fc.nat(1_200), length: fc.nat(60), put: piece });
    const texts = fc.constantFrom(plainReply(guest), googleReply(guest), exchangeReply(guest), outlookCounter(guest));
    const when = timed('2027-03-16', '14:00', '15:00');
    fc.assert(
      fc.property(texts, fc.array(cut, { maxLength: 4 }), (text, cuts) => {
        const spoilt = cuts.reduce((now, { at, length, put }) => now.slice(0, at) + put + now.slice(at + length), text);
        const reading = readReply(spoilt);
        for (const answer of reading.kind === 'answers' ? reading.answers : []) {
          for (const read of [() => occurrenceIn(answer, when), () => proposalIn(answer, london)]) {
            try {
              read();
            } catch (error) {
              expect(error instanceof IcalError || error instanceof RangeError).toBe(true);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
