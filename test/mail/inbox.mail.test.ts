import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openMailbox } from '../../connectors/sandbox/mailbox.ts';
import { openInbox } from '../../src/mail/inbox/open.ts';
import { readInbox } from '../../src/mail/inbox/read.ts';
import { MailError } from '../../src/mail/mail-error.ts';
import { type Dovecot, startDovecot } from '../real/dovecot.ts';
import { describeWith } from '../real/peer.ts';
import { letter, note, plainReply } from './inbox/letters.ts';
import { PostOffice } from './post-office.ts';
import { event, person, production, timed, venue } from './world.ts';

const beth = 'beth@film.test';
const meeting = event('E1', { when: timed('2099-03-16', '14:00', '15:00') });

describeWith(['root', 'dovecot'], 'answers in a Dovecot mailbox', () => {
  let dovecot: Dovecot;
  let office: PostOffice;
  let folder = 0;
  let user = '';
  const users = ['a', 'b', 'c', 'd', 'e', 'f'].map(name => `${name}@ex.test`);
  beforeAll(async () => {
    dovecot = await startDovecot(users.map(name => `${name}:s%@cret`));
  });
  afterAll(() => dovecot?.stop());
  beforeEach(async () => {
    user = users[folder++] ?? '';
    office = await PostOffice.open([person({ id: 'C01' }), person({ id: 'C02', email: beth })], [venue({ id: 'V01' })]);
    // The mail server's clock is today's, and what is looked for first is what came lately.
    office.now = Date.now();
    await office.put(meeting);
    await office.plan();
    await office.send(openMailbox(fault => new MailError(fault, 'asked for')));
  });
  afterEach(() => office[Symbol.asyncDispose]());

  const address = (more = '') => `imap://${encodeURIComponent(user)}:s%25%40cret@127.0.0.1:${dovecot.imapPort}${more}`;
  const read = (way = address('/INBOX')) => {
    const inbox = openInbox(way, office.runtime);
    return readInbox({ store: office.store, runtime: office.runtime, inbox }, new AbortController().signal);
  };
  async function deliver(...mails: string[]): Promise<void> {
    const lmtp = createTransport({ host: '127.0.0.1', port: dovecot.lmtpPort, lmtp: true, ignoreTLS: true });
    for (const raw of mails) await lmtp.sendMail({ envelope: { from: 'x@film.test', to: user }, raw });
    lmtp.close();
  }
  const answer = (partstat = 'ACCEPTED', stamp = '20260101T100000Z') =>
    letter(beth, plainReply({ uid: meeting.uid, attendee: beth, partstat, stamp }));
  const replies = () => office.store.read(r => r.replies.of(production, meeting.id));

  it('S86 are read once, also after a restart, and lie there unread as before', async () => {
    await deliver(note(beth), answer());
    expect(await read()).toEqual({ recorded: 1 });
    expect(await replies()).toMatchObject([{ person: 'C02', answer: 'accepted', source: 'mail' }]);
    expect(await read()).toEqual({});
    await deliver(answer('DECLINED', '20260101T110000Z'));
    expect(await read()).toEqual({ recorded: 1 });
    expect(await dovecot.flagged(user)).toEqual([]);
  });

  it('among a hundred other mails are all read, in their order', async () => {
    const letters = Array.from({ length: 110 }, (_, at) =>
      at % 25 === 0 ? answer('DECLINED', stampAt(at)) : note(beth),
    );
    await deliver(...letters, answer('ACCEPTED', stampAt(111)));
    const counts = await read();
    expect(counts.stale).toBeUndefined();
    expect((await replies()).at(-1)).toMatchObject({ answer: 'accepted' });
  });

  it('are recorded once also when the server numbers its messages anew', async () => {
    await deliver(answer());
    expect(await read()).toEqual({ recorded: 1 });
    await dovecot.renumber(user);
    expect(await read()).toEqual({ duplicate: 1 });
    expect(await replies()).toHaveLength(1);
    expect(await read()).toEqual({});
  });

  it('in a mailbox with none there leave a place from which the next reading goes on', async () => {
    expect(await read()).toEqual({});
    await deliver(answer());
    expect(await read()).toEqual({ recorded: 1 });
    expect(await read()).toEqual({});
  });

  it('larger than any answer are counted and not fetched', async () => {
    await deliver(answer().replace('I have accepted.', 'I accept. '.repeat(120_000)));
    expect(await read()).toEqual({ unread: 1 });
    expect(await replies()).toEqual([]);
  });

  it('cannot be read with a wrong password, from a folder that is not there, or from no server: each is told apart', async () => {
    const problem = async (way: string) => {
      const error: unknown = await openInbox(way, office.runtime)
        .check()
        .catch((thrown: unknown) => thrown);
      return error instanceof MailError ? error.kind : error;
    };
    expect(await problem(address())).toBeUndefined();
    expect(await problem(address().replace('cret', 'wrong'))).toBe('sign-in');
    expect(await problem(address('/Elsewhere'))).toBe('setup');
    expect(await problem('imap://a:b@127.0.0.1:1/INBOX')).toBe('unreachable');
  });
});

const stampAt = (minute: number) =>
  new Date(Date.parse('2026-01-01T10:00:00Z') + minute * 60_000).toISOString().replace(/[-:]|\.\d+/g, '');
