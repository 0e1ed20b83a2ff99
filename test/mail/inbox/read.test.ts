import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMailbox, type SandboxMailbox } from '../../../connectors/sandbox/mailbox.ts';
import { readInbox } from '../../../src/mail/inbox/read.ts';
import { MailError } from '../../../src/mail/mail-error.ts';
import type { Person } from '../../../src/model/person.ts';
import type { Reply } from '../../../src/model/reply.ts';
import { PostOffice } from '../post-office.ts';
import { asked, edited, event, person, production, timed, venue } from '../world.ts';
import { Box } from './box.ts';
import { type Answered, exchangeReply, googleReply, letter, note, outlookCounter, plainReply } from './letters.ts';

const people: readonly Person[] = [
  person({ id: 'C01', email: 'Anna.Guest@gmail.com' }),
  person({ id: 'C02', email: 'beth@film.test' }),
  person({ id: 'C03', email: 'carol@film.test' }),
  person({ id: 'C04', email: 'dan@film.test' }),
];
const meeting = event('E1');
const anna = { uid: meeting.uid, attendee: 'anna.guest@gmail.com' };
const beth = { uid: meeting.uid, attendee: 'beth@film.test' };

let office: PostOffice;
let box: Box;
let post: SandboxMailbox;
beforeEach(async () => {
  office = await PostOffice.open(people, [venue({ id: 'V01' })]);
  box = new Box();
  post = openMailbox(fault => new MailError(fault, 'asked for'));
  await office.put(meeting);
  await mailOut();
  office.wait(120);
});
afterEach(() => office[Symbol.asyncDispose]());

async function mailOut(): Promise<void> {
  await office.plan();
  await office.send(post);
}
const read = () =>
  readInbox({ store: office.store, runtime: office.runtime, inbox: box }, new AbortController().signal);
/** By person, and by the clocks of their programs. */
async function replies(): Promise<readonly Reply[]> {
  const all = await office.store.read(r => r.replies.of(production, meeting.id));
  return all.toSorted((a, b) => (a.person === b.person ? a.at - b.at : a.person < b.person ? -1 : 1));
}
const cards = () => office.store.read(r => r.findings.list(production, 'open'));
/** Puts answers into the mailbox and reads them. */
async function arrive(...mails: string[]) {
  box.mails.push(...mails);
  return await read();
}
const from = (guest: Answered, write: (answered: Answered) => string = plainReply) =>
  letter(guest.attendee, write(guest));

describe('S86 an answer that comes by mail', () => {
  it('S86 is on record, whoever’s program it was', async () => {
    const counts = await arrive(from(anna, googleReply), from({ ...beth, comment: 'On another job' }, exchangeReply));
    expect(counts).toEqual({ recorded: 2 });
    expect(await replies()).toMatchObject([
      { person: 'C01', by: 'C01', answer: 'accepted', version: 1, source: 'mail', proposed: null },
      { person: 'C02', by: 'C02', answer: 'declined', comment: 'On another job' },
    ]);
  });

  it('S86 with another time is on record with that time, and the office is asked', async () => {
    await arrive(from(beth, outlookCounter));
    expect(await replies()).toMatchObject([
      { person: 'C02', answer: 'tentative', proposed: timed('2027-03-16', '16:30', '17:30') },
    ]);
    expect(await cards()).toMatchObject([{ event: 'E1', person: 'C02' }]);
    expect((await office.store.read(r => r.schedule.event(production, meeting.id)))?.content).toEqual(meeting.content);
  });

  it('S86 stays when another guest is added, and is told apart from one to the new time when the event moves', async () => {
    await arrive(from(anna));
    const added = edited(meeting, { required: asked('C01', 'C02', 'C03') }, false);
    await office.put(added);
    await mailOut();
    expect(await replies()).toMatchObject([{ person: 'C01', answer: 'accepted', version: 1 }]);
    expect(post.of('anna.guest@gmail.com')).toHaveLength(1);
    await office.put(edited(added, { when: timed('2027-03-17', '14:00', '15:00') }));
    await mailOut();
    const late = { ...beth, stamp: '20270301T110000Z' };
    await arrive(from({ ...late, sequence: 0 }), from({ ...late, sequence: 1, stamp: '20270301T110500Z' }));
    expect((await replies()).map(({ person: who, version }) => [who, version])).toEqual([
      ['C01', 1],
      ['C02', 1],
      ['C02', 3],
    ]);
  });

  it('S86 causes no mail to anybody', async () => {
    const before = post.all().length;
    await arrive(from(anna), from(beth, exchangeReply));
    await mailOut();
    expect(post.all()).toHaveLength(before);
  });
});

describe('an answer that has been read', () => {
  it('is not read again, and read again all the same it is recorded once', async () => {
    await arrive(from(anna), from(beth), from({ ...anna, partstat: 'DECLINED', stamp: '20270301T103000Z' }));
    const known = await replies();
    expect(await read()).toEqual({});
    expect(box.handed).toBe(3);
    await office.store.write(({ meta }) => meta.remove('inbox/position/box'));
    expect(Object.keys(await read()).filter(fate => fate === 'recorded')).toEqual([]);
    expect(await replies()).toEqual(known);
  });

  it('older than the one on record changes nothing', async () => {
    await arrive(from({ ...anna, partstat: 'DECLINED', stamp: '20270301T103000Z' }));
    expect(await arrive(from({ ...anna, stamp: '20270301T100000Z' }))).toEqual({ stale: 1 });
    expect(await replies()).toMatchObject([{ answer: 'declined' }]);
  });

  it('by another process meanwhile is left to that one', async () => {
    box.before = () => office.store.write(({ meta }) => meta.put('inbox/position/box', 'elsewhere'));
    expect(await arrive(from(anna))).toEqual({});
    expect(await replies()).toEqual([]);
    expect(await office.store.read(({ meta }) => meta.get('inbox/position/box'))).toBe('elsewhere');
  });

  it('before the reader was killed is on record with the place to go on from', async () => {
    let batches = 0;
    box.before = async () => {
      batches += 1;
      if (batches === 2) throw new Error('killed');
    };
    await expect(arrive(from(anna), note('beth@film.test'), from(beth))).rejects.toThrow('killed');
    expect(await replies()).toHaveLength(1);
    box.before = async () => undefined;
    box.handed = 0;
    expect(await read()).toEqual({ recorded: 1 });
    expect(box.handed).toBe(1);
  });
});

describe('who answers', () => {
  it('must be the guest it speaks for: a forged sender gets nothing on record but a card', async () => {
    expect(await arrive(letter('carol@film.test', plainReply(beth)))).toEqual({ 'not-theirs-to-give': 1 });
    expect(await arrive(letter('somebody@evil.test', plainReply(beth)))).toEqual({ stranger: 1 });
    expect(await replies()).toEqual([]);
    expect((await cards()).map(card => card.event)).toEqual(['E1', 'E1']);
  });

  it('may be somebody to whom the invitation was passed on: nothing on record but a card', async () => {
    expect(await arrive(from({ ...beth, attendee: 'dan@film.test' }))).toEqual({ 'not-invited': 1 });
    expect(await arrive(from({ ...beth, attendee: 'friend@elsewhere.test' }))).toEqual({ stranger: 1 });
    expect(await replies()).toEqual([]);
    expect((await cards()).map(({ person: who }) => who).sort()).toEqual(['C04', null].sort());
  });

  it('is taken by where the invitation went, also when their address has changed since', async () => {
    await office.store.write(r =>
      r.schedule.putPerson({ ...person({ id: 'C02', email: 'b@new.test' }), version: 2 }, 1),
    );
    expect(await arrive(from(beth))).toEqual({ recorded: 1 });
    expect(await replies()).toMatchObject([{ person: 'C02' }]);
  });

  it('counts by each answer of a list of guests only as themself', async () => {
    const line = 'ATTENDEE;PARTSTAT=DECLINED:mailto:anna.guest@gmail.com';
    const both = plainReply(beth).replace('ATTENDEE', `${line}\r\nATTENDEE`);
    await arrive(letter('beth@film.test', both));
    expect(await replies()).toMatchObject([{ person: 'C02', answer: 'accepted' }]);
  });
});

describe('which version is answered', () => {
  beforeEach(async () => {
    const moved = edited(meeting, { when: timed('2027-03-17', '14:00', '15:00') });
    await office.put(moved);
    await mailOut();
    await office.put(edited(moved, { when: timed('2027-03-18', '14:00', '15:00') }));
    await mailOut();
    office.wait(60);
  });
  const version = async (guest: Answered) => {
    await arrive(from(guest));
    return (await replies()).at(-1)?.version;
  };

  it('is the one whose SEQUENCE it echoes', async () => {
    expect(await version({ ...anna, sequence: 1 })).toBe(2);
    expect(await version({ ...beth, sequence: 2 })).toBe(3);
  });

  it('is the first they were sent where it does not say: nobody agrees to a time they may not have seen', async () => {
    expect(await version({ ...anna, sequence: null })).toBe(1);
  });

  it('is none that was never sent: such an answer is not believed', async () => {
    expect(await arrive(from({ ...anna, sequence: 3 }))).toEqual({ ahead: 1 });
    expect(await replies()).toEqual([]);
  });
});

describe('what else lies in a mailbox', () => {
  it('is left alone: letters, absence notes, other people’s meetings, broken mail', async () => {
    const counts = await arrive(
      note('anna.guest@gmail.com'),
      from({ ...anna, uid: 'somebody-elses@meeting' }),
      letter('anna.guest@gmail.com', plainReply(anna).replace('REPLY', 'CANCEL')),
      `${'Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n'.repeat(40)}x`,
      letter('anna.guest@gmail.com', plainReply({ ...anna, partstat: 'NEEDS-ACTION' })),
      letter('anna.guest@gmail.com', plainReply({ ...anna, partstat: 'DELEGATED' })),
    );
    expect(counts).toMatchObject({ 'unknown-event': 1, 'not-an-answer': 1, 'no-answer': 2 });
    expect(await replies()).toEqual([]);
    expect(await cards()).toEqual([]);
  });

  it('does not keep the answers behind it from being read', async () => {
    expect(await arrive('\u0000\u0001 not a mail', letter('x@y.test', 'BEGIN:VCALENDAR'), from(anna))).toMatchObject({
      recorded: 1,
    });
  });

  it('a time that cannot be read makes the answer unbelievable', async () => {
    const odd = outlookCounter(beth).replace(/^DTSTART;.*$/m, 'DTSTART:tomorrow');
    expect(await arrive(letter('beth@film.test', odd))).toEqual({ 'unreadable-time': 1 });
    expect(await replies()).toEqual([]);
  });

  it('an answer from next week does not outrank those that come before then', async () => {
    await arrive(from({ ...anna, partstat: 'DECLINED', stamp: '20270401T100000Z' }));
    await arrive(from({ ...anna, stamp: '20270301T104500Z' }));
    expect((await replies()).map(({ answer }) => answer)).toEqual(['declined', 'accepted']);
  });
});
