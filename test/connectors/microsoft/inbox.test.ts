import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGraphInbox } from '../../../connectors/microsoft/inbox.ts';
import { openMailbox } from '../../../connectors/sandbox/mailbox.ts';
import { deleteMessage, deliver, expireInboxLinks } from '../../../connectors/sandbox/microsoft-inbox.ts';
import { type MicrosoftSandbox, startMicrosoftSandbox } from '../../../connectors/sandbox/microsoft-server.ts';
import { readInbox } from '../../../src/mail/inbox/read.ts';
import { MailError } from '../../../src/mail/mail-error.ts';
import { registration, settingsFor } from '../../contract/microsoft-bench.ts';
import { exchangeReply, letter, note, outlookCounter, plainReply } from '../../mail/inbox/letters.ts';
import { PostOffice } from '../../mail/post-office.ts';
import { asked, edited, event, person, production, timed, venue } from '../../mail/world.ts';
import { officeMailbox } from '../post.ts';

const beth = 'beth@film.test';
const meeting = event('E1');
const guest = { uid: meeting.uid, attendee: beth };
const accepted = letter(beth, exchangeReply({ ...guest, partstat: 'ACCEPTED' }));
const declined = letter(beth, exchangeReply({ ...guest, stamp: '20270301T103000Z' }));

let sandbox: MicrosoftSandbox;
let office: PostOffice;
let log: string[];
beforeEach(async () => {
  log = [];
  const people = [person({ id: 'C01' }), person({ id: 'C02', email: beth }), person({ id: 'C03' })];
  office = await PostOffice.open(people, [venue({ id: 'V01' })]);
  sandbox = await startMicrosoftSandbox({
    runtime: office.runtime,
    registration,
    users: [{ address: officeMailbox, name: 'The office' }],
    onRequest: ({ method, path }) => void log.push(`${method} ${decodeURIComponent(path)}`),
  });
  await office.put(meeting);
  await office.plan();
  await office.send(openMailbox(fault => new MailError(fault, 'asked for')));
  office.wait(120);
});
afterEach(async () => {
  await sandbox.stop();
  await office[Symbol.asyncDispose]();
});

const inbox = (settings = {}, mailbox: string = officeMailbox) =>
  openGraphInbox({ ...settingsFor(sandbox), ...settings }, mailbox, {
    fetch: globalThis.fetch,
    now: office.runtime.now,
  });
const read = (from = inbox()) =>
  readInbox({ store: office.store, runtime: office.runtime, inbox: from }, new AbortController().signal);
const replies = () => office.store.read(r => r.replies.of(production, meeting.id));
const arrive = (...mails: string[]) =>
  mails.map((mail, at) => deliver(sandbox.world, officeMailbox, mail, office.now + at * 1000));
/** What was asked of the mailbox since last asked, without tokens of links. */
const requests = () =>
  log
    .splice(0)
    .filter(line => line.includes('/v1.0/'))
    .map(line => line.replace(/^GET \/v1\.0\/users\/[^/]+\//, '').replace(/\?.*/, ''));

describe('S86 answers in the office’s Outlook mailbox', () => {
  it('S86 are on record: a yes, a no, and another time', async () => {
    arrive(accepted);
    expect(await read()).toEqual({ recorded: 1 });
    expect(await replies()).toMatchObject([{ person: 'C02', answer: 'accepted', source: 'mail' }]);
    office.wait(1);
    arrive(declined);
    office.wait(1);
    expect(await read()).toEqual({ recorded: 1 });
    arrive(letter(beth, outlookCounter({ ...guest, stamp: '20270301T104500Z' })));
    office.wait(1);
    expect(await read()).toEqual({ recorded: 1 });
    expect((await replies()).map(({ answer }) => answer)).toEqual(['accepted', 'declined', 'tentative']);
    expect((await replies()).at(-1)?.proposed).toEqual(timed('2027-03-16', '16:30', '17:30'));
  });

  it('S86 stay when another guest is added, and nothing is mailed for them', async () => {
    arrive(accepted);
    await read();
    await office.put(edited(meeting, { required: asked('C01', 'C02', 'C03') }, false));
    await office.plan();
    expect(await read()).toEqual({});
    expect(await replies()).toMatchObject([{ person: 'C02', answer: 'accepted', version: 1 }]);
    expect(sandbox.world.sent).toEqual([]);
    expect(sandbox.world.meetingMail).toEqual([]);
  });

  it('are looked for with one small request where nothing came, and no other mail is opened', async () => {
    arrive(note(beth), accepted, note('somebody@elsewhere.test'));
    await read();
    expect(requests()).toEqual(['mailFolders/inbox/messages/delta', 'messages/AAkALg2=/$value']);
    expect(await read()).toEqual({});
    expect(requests()).toEqual(['mailFolders/inbox/messages/delta']);
  });

  it('that Exchange left as attachments are read; attachments of other kinds are only looked at by kind', async () => {
    const asAttachment = (type: string) =>
      letter(beth, plainReply(guest), { method: null }).replace('Content-Type: text/calendar', `Content-Type: ${type}`);
    arrive(asAttachment('application/pdf'), asAttachment('application/ics'));
    expect(await read()).toEqual({ recorded: 1 });
    expect(requests().filter(path => path.endsWith('$value'))).toEqual(['messages/AAkALg2=/$value']);
  });

  it('beyond one page are all read', async () => {
    arrive(...Array.from({ length: 120 }, () => note(beth)), accepted);
    expect(await read()).toEqual({ recorded: 1 });
    expect(requests().filter(path => path.endsWith('delta'))).toHaveLength(3);
  });

  it('of more than two weeks ago are not looked for at first', async () => {
    arrive(accepted);
    office.wait(15 * 24 * 60);
    expect(await read()).toEqual({});
  });

  it('are read anew and recorded once where Graph has forgotten the place', async () => {
    arrive(accepted);
    await read();
    arrive(declined);
    expireInboxLinks(sandbox.world);
    expect(await read()).toEqual({ duplicate: 1, recorded: 1 });
    expect(await read()).toEqual({});
  });

  it('that somebody deletes meanwhile are passed over', async () => {
    const [gone = ''] = arrive(accepted, declined);
    sandbox.fail({ path: /\$value/, reply: { status: 404, body: { error: { code: 'ErrorItemNotFound' } } } });
    expect(await read()).toEqual({ recorded: 1 });
    deleteMessage(sandbox.world, gone);
    expect(await replies()).toMatchObject([{ answer: 'declined' }]);
  });
});

describe('a mailbox of Outlook that cannot be read', () => {
  const problem = async (from = inbox()) => {
    const error: unknown = await read(from).catch((thrown: unknown) => thrown);
    const checked: unknown = await from.check().catch((thrown: unknown) => thrown);
    return [error, checked].map(each => (each instanceof MailError ? `${each.kind}: ${each.message}` : each));
  };

  it('says why, and how it is mended', async () => {
    sandbox.world.switches.denied.add(officeMailbox);
    expect(await problem()).toEqual(Array(2).fill(expect.stringMatching(/^sign-in: .*mail\.inbox.*Mail\.Read/)));
    sandbox.world.switches.denied.clear();
    expect(await problem(inbox({}, 'nobody@tide.test'))).toEqual(
      Array(2).fill(expect.stringMatching(/^sign-in: .*no such mailbox: check mail\.inbox/)),
    );
    expect(await problem(inbox({ clientSecret: 'wrong' }))).toEqual(Array(2).fill(expect.stringMatching(/^sign-in: /)));
    sandbox.world.switches.down = true;
    expect(await problem()).toEqual(Array(2).fill(expect.stringMatching(/^unreachable: /)));
  });

  it('gets the pause that it asks for', async () => {
    const from = inbox();
    sandbox.fail({ path: /delta/, reply: { status: 429, headers: { 'retry-after': '300' } } });
    await expect(read(from)).rejects.toMatchObject({ kind: 'unreachable' });
    requests();
    await expect(read(from)).rejects.toMatchObject({ kind: 'unreachable' });
    expect(requests()).toEqual([]);
    office.wait(6);
    expect(await read(from)).toEqual({});
  });

  it('does not wait for one message that Graph never gives out', async () => {
    arrive(accepted, declined);
    sandbox.fail({ path: /AAkALg1%3D/, times: 9, reply: { status: 500 } });
    const from = inbox();
    for (let times = 1; times < 5; times += 1) {
      await expect(read(from)).rejects.toMatchObject({ kind: 'unreachable' });
    }
    expect(await read(from)).toEqual({ unread: 1, recorded: 1 });
  });

  it('does not wait for one message about which Graph is silent', async () => {
    arrive(accepted, declined);
    const silent: typeof fetch = async (input, init) => {
      if (!String(input).includes('AAkALg1')) return await globalThis.fetch(input, init);
      throw new DOMException('too late', 'TimeoutError');
    };
    const from = openGraphInbox(settingsFor(sandbox), officeMailbox, { fetch: silent, now: office.runtime.now });
    for (let times = 1; times < 5; times += 1) {
      await expect(read(from)).rejects.toMatchObject({ kind: 'unreachable' });
    }
    expect(await read(from)).toEqual({ unread: 1, recorded: 1 });
  });

  it('loses nothing: what was read before the failure is on record, the rest comes next time', async () => {
    arrive(...Array.from({ length: 50 }, () => note(beth)), accepted, declined);
    sandbox.fail({ path: /\$value/, reply: { status: 503 } });
    await expect(read()).rejects.toMatchObject({ kind: 'unreachable' });
    requests();
    expect(await read()).toEqual({ recorded: 2 });
    expect(requests().filter(path => path.endsWith('delta'))).toHaveLength(1);
  });
});
