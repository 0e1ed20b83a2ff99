import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMailbox, type SandboxMailbox } from '../../../connectors/sandbox/mailbox.ts';
import { readInbox } from '../../../src/mail/inbox/read.ts';
import { MailError } from '../../../src/mail/mail-error.ts';
import type { Person } from '../../../src/model/person.ts';
import type { Repositories, Store } from '../../../src/store/store.ts';
import { PostOffice } from '../post-office.ts';
import { edited, event, person, production, timed, venue } from '../world.ts';
import { Box } from './box.ts';
import { letter, outlookCounter, plainReply } from './letters.ts';

const people: readonly Person[] = [
  person({ id: 'C01', email: 'Anna.Guest@gmail.com' }),
  person({ id: 'C02', email: 'beth@film.test' }),
  person({ id: 'C03', email: 'carol@film.test' }),
  person({ id: 'C04', email: 'dan@film.test' }),
];
const meeting = event('E1');
const beth = { uid: meeting.uid, attendee: 'beth@film.test' };

let office: PostOffice;
let box: Box;
let post: SandboxMailbox;
beforeEach(async () => {
  office = await PostOffice.open(people, [venue({ id: 'V01' })]);
  box = new Box();
  post = openMailbox(fault => new MailError(fault, 'asked for'));
  await office.put(meeting);
  await office.plan();
  await office.send(post);
  office.wait(120);
});
afterEach(() => office[Symbol.asyncDispose]());
const read = () =>
  readInbox({ store: office.store, runtime: office.runtime, inbox: box }, new AbortController().signal);
const replies = () => office.store.read(r => r.replies.of(production, meeting.id));
const cards = () => office.store.read(r => r.findings.list(production, 'open'));

async function move(): Promise<void> {
  await office.put(edited(meeting, { when: timed('2027-03-17', '14:00', '15:00') }));
  await office.plan();
  await office.send(post);
  office.wait(120);
}
async function arrive(...mails: string[]) {
  box.mails.push(...mails);
  return await read();
}

describe('an answer that cannot be recorded by a defect of ours', () => {
  it('is passed over, and those behind it are read', async () => {
    const write: Store['write'] = work =>
      office.store.write(async r => {
        const put: Repositories['replies']['put'] = async reply => {
          if (reply.person === 'C02') throw new TypeError('a defect');
          await r.replies.put(reply);
        };
        return await work({ ...r, replies: { ...r.replies, of: (...about) => r.replies.of(...about), put } });
      });
    const { dialect } = office.store;
    const read: Store['read'] = work => office.store.read(work);
    const none = () => Promise.reject(new Error('not asked for'));
    const store: Store = { dialect, read, write, backup: none, restore: none, [Symbol.asyncDispose]: async () => {} };
    box.mails.push(letter(beth.attendee, plainReply(beth)));
    const anna = { ...beth, attendee: 'Anna.Guest@gmail.com' };
    box.mails.push(letter(anna.attendee, plainReply(anna)));
    const signal = new AbortController().signal;
    const parts = { store, runtime: office.runtime, inbox: box };
    expect(await readInbox(parts, signal)).toEqual({ defect: 1, recorded: 1 });
    expect(await readInbox(parts, signal)).toEqual({});
    expect((await replies()).map(reply => reply.person)).toEqual(['C01']);
  });
});

describe('an odd answer', () => {
  it.each([
    ['on the last evening of the last year, elsewhere', 'TZID=Pacific/Honolulu:99991231T230000'],
    ['in the year 0', 'TZID=GMT Standard Time:00000101T000000'],
  ])('that proposes a time %s is not believed, and the next is read', async (_, time) => {
    const counter = outlookCounter(beth).replaceAll(/^(DTSTART|DTEND);TZID=.*:20270316.*$/gm, `$1;${time}`);
    const plain = plainReply({ ...beth, stamp: '20270301T103000Z' });
    expect(await arrive(letter(beth.attendee, counter), letter(beth.attendee, plain))).toEqual({
      'unreadable-time': 1,
      recorded: 1,
    });
  });

  it('to the time that stands holds before one to an earlier time read in the same moment, whatever their clocks', async () => {
    await move();
    const earlier = plainReply({ ...beth, stamp: '20270301T104500Z' });
    const current = plainReply({ ...beth, partstat: 'DECLINED', sequence: 1, stamp: '20270301T104000Z' });
    expect(await arrive(letter(beth.attendee, earlier), letter(beth.attendee, current))).toEqual({ recorded: 2 });
    expect((await replies()).at(-1)).toMatchObject({ answer: 'declined', version: 2 });
    expect(await cards()).toMatchObject([{ event: 'E1', person: 'C02' }]);
  });

  it('from an address that they have only since then is about the version that it names', async () => {
    await move();
    const moved = person({ id: 'C02', email: 'beth@new.test' });
    await office.store.write(async r => {
      await r.schedule.putPerson(moved, 1);
    });
    const guest = { ...beth, attendee: 'beth@new.test' };
    expect(await arrive(letter(guest.attendee, plainReply({ ...guest, sequence: 0 })))).toEqual({ recorded: 1 });
    expect(await replies()).toMatchObject([{ person: 'C02', version: 1 }]);
  });

  it('that is quicker than the outcome of its invitation is on record', async () => {
    const late = event('E2');
    await office.put(late);
    await office.plan();
    post.fail('unknown', 2);
    await office.send(post);
    const guest = { ...beth, uid: late.uid };
    expect(await arrive(letter(guest.attendee, plainReply(guest)))).toEqual({ recorded: 1 });
    expect(await office.store.read(r => r.replies.of(production, late.id))).toMatchObject([
      { person: 'C02', version: 1 },
    ]);
  });
});
