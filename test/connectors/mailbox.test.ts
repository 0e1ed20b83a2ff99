/** Mail through the mailboxes of Google and Microsoft: arrives whole, once, and says what is wrong when it does not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MailError } from '../../src/mail/mail-error.ts';
import { composeMime } from '../../src/mail/transports/mime.ts';
import type { Mail } from '../../src/model/message.ts';
import { bodiesOf, headerOf } from '../mail/mime.ts';
import { PostOffice } from '../mail/post-office.ts';
import { asked, event, person, venue } from '../mail/world.ts';
import { officeMailbox, openGmailPost, openGraphPost, type Post } from './post.ts';

const ics = ['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'SUMMARY:Rekky – Brücke 🎬', 'END:VCALENDAR', ''].join('\r\n');
const mail: Mail = {
  from: `"TIDEWRACK Office" <${officeMailbox}>`,
  to: 'Alice <alice@example.test>',
  subject: 'TIDEWRACK: Technical recce – Brücke',
  text: 'Text – one.\n',
  html: '<p>Text &ndash; one.</p>',
  messageId: "<o'hara.1@tidewrack.test>",
  references: [],
  calendar: { method: 'REQUEST', ics },
};
const again = { mayBeSent: true };

async function faultOf(work: Promise<unknown>): Promise<MailError> {
  const fault = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(fault instanceof MailError)) throw new Error('no MailError came', { cause: fault });
  return fault;
}

describe.each([
  ['Gmail', openGmailPost],
  ['Graph', openGraphPost],
] as const)('a mailbox at %s', (_name, openPost) => {
  let office: PostOffice;
  let post: Post;
  beforeEach(async () => {
    office = await PostOffice.open([person({ id: 'C01' })], [venue({ id: 'V01' })]);
    post = await openPost(office.runtime);
  });
  afterEach(async () => {
    await post[Symbol.asyncDispose]();
    await office[Symbol.asyncDispose]();
  });
  const invite = async () => {
    await office.put(event('E100', { required: asked('C01') }));
    await office.plan();
  };
  const states = async () => (await office.messages()).map(message => message.state);

  it('hands a mail over word for word, and looks for nothing that was never tried', async () => {
    await post.transport.send(mail);
    const [raw = '', ...others] = post.sent();
    expect(others).toEqual([]);
    const unbounded = (text: string) => text.replaceAll(/--_NmP-[\w-]+/g, '--');
    expect(unbounded(raw)).toBe(unbounded((await composeMime(mail, office.now)).toString('utf8')));
    expect(headerOf(raw, 'Message-ID')).toBe(mail.messageId);
    expect(bodiesOf(raw, 'text/calendar')).toEqual([ics]);
    expect(post.requests()).toHaveLength(1);
  });

  it('looks in Sent for one that may have gone out, and sends it only if it is not there', async () => {
    await post.transport.send(mail, again);
    await post.transport.send(mail, again);
    await post.transport.send({ ...mail, messageId: '<2@tidewrack.test>' }, again);
    expect(post.sent().map(raw => headerOf(raw, 'Message-ID'))).toEqual([mail.messageId, '<2@tidewrack.test>']);
    expect(post.requests()).toHaveLength(5);
  });

  it('S81 whose answer was lost after it took a mail in is asked, and the mail goes out once', async () => {
    await invite();
    post.fail({ on: 'send', drop: 'after' });
    expect(await office.send(post.transport)).toMatchObject({ sent: 0, later: 1 });
    expect(await states()).toEqual(['unknown']);
    expect((await office.messages())[0]?.problem).toContain('did not confirm the message');
    office.wait(2);
    expect(await office.send(post.transport)).toMatchObject({ sent: 1, later: 0 });
    expect(post.sent()).toHaveLength(1);
    expect(await office.told()).toHaveLength(1);
  });

  it('S81 that lost a mail before it took it in gets it again, as the same message', async () => {
    await invite();
    post.fail({ on: 'send', drop: 'before' });
    await office.send(post.transport);
    expect(post.sent()).toEqual([]);
    office.wait(2);
    expect(await office.send(post.transport)).toMatchObject({ sent: 1 });
    const [message] = await office.messages();
    expect(post.sent().map(raw => headerOf(raw, 'Message-ID'))).toEqual([message?.messageId]);
  });

  it('S81 after a crash between sending and recording gets no second copy', async () => {
    await invite();
    office.diesAt = 'mail/sent-not-recorded';
    await expect(office.send(post.transport)).rejects.toThrow('killed');
    office.diesAt = null;
    office.wait(5);
    expect(await office.send(post.transport)).toMatchObject({ sent: 1 });
    expect(post.sent()).toHaveLength(1);
    expect(await office.told()).toHaveLength(1);
  });

  it('that cannot be asked whether a mail went out is not sent it on the off chance', async () => {
    post.fail({ on: 'look', status: 503 });
    expect((await faultOf(post.transport.send(mail, again))).kind).toBe('unreachable');
    post.fail({ on: 'look', drop: 'after' });
    expect((await faultOf(post.transport.send(mail, again))).kind).toBe('unreachable');
    expect(post.sent()).toEqual([]);
  });

  it.each([
    ['unknown', { status: 503 }],
    ['unknown', { drop: 'after' }],
    ['refused', { status: 400, code: 'ErrorInvalidRecipients' }],
    ['refused', { status: 413 }],
    ['sign-in', { status: 403, code: 'forbidden' }],
    ['sign-in', { status: 404 }],
    ['unreachable', { status: 429 }],
  ] as const)('tells as %s what befalls a mail: %j', async (kind, fault) => {
    post.fail({ on: 'send', ...fault });
    const error = await faultOf(post.transport.send(mail));
    expect(error.kind).toBe(kind);
    expect(error.message).not.toMatch(/alice|tide\.test|tidewrack/);
  });

  it('that asks for a pause is not asked again before it is over', async () => {
    post.fail({ on: 'send', status: 429, retryAfter: '90' });
    await faultOf(post.transport.send(mail));
    post.requests();
    office.wait(1);
    expect(await faultOf(post.transport.send(mail))).toMatchObject({ kind: 'unreachable' });
    expect(post.requests()).toEqual([]);
    office.wait(1);
    await post.transport.send(mail);
    expect(post.sent()).toHaveLength(1);
  });

  it('that does not let us in says so before any mail is tried, and how it is mended', async () => {
    await post.transport.check();
    const fault = await faultOf(post.openWrongly().check());
    expect(fault.kind).toBe('sign-in');
    expect(fault.message).toMatch(/gmail\.send|secret or certificate/);
    expect(fault.message).not.toMatch(/another secret|office@/);
    expect(post.sent()).toEqual([]);
  });

  it('whose sign-in service is down has handed over nothing', async () => {
    post.failTokens(503);
    expect(await faultOf(post.transport.send(mail))).toMatchObject({ kind: 'unreachable' });
  });

  it('that no longer takes a token is given another', async () => {
    await post.transport.send(mail);
    post.expireTokens();
    await post.transport.send({ ...mail, messageId: '<2@tidewrack.test>' });
    expect(post.sent()).toHaveLength(2);
  });

  it('keeps within what its provider takes in a minute', async () => {
    const { perMinute } = post.transport;
    expect(perMinute).toBeGreaterThan(0);
    expect(perMinute).toBeLessThan(60);
  });
});

describe('what only one of them says', () => {
  const runtime = { now: () => Date.parse('2027-03-01T09:00:00Z'), id: () => crypto.randomUUID() };
  const mended = async (openPost: typeof openGmailPost, status: number, code: string) => {
    await using post = await openPost(runtime);
    post.fail({ on: 'send', status, code });
    return await faultOf(post.transport.send(mail));
  };

  it.each([
    [403, 'accessNotConfigured', /Gmail API is off/],
    [400, 'failedPrecondition', /no Gmail/],
    [403, 'domainPolicy', /administrator/],
  ])('Gmail: %i %s is mended by a person', async (status, code, said) => {
    expect(await mended(openGmailPost, status, code)).toMatchObject({
      kind: 'sign-in',
      message: expect.stringMatching(said),
    });
  });

  it.each([
    [403, 'ErrorAccessDenied', /Mail\.Send and Mail\.Read/],
    [403, 'ErrorSendAsDenied', /mail\.from/],
    [404, 'MailboxNotEnabledForRESTAPI', /licence/],
    [404, 'Request_ResourceNotFound', /no such mailbox/],
  ])('Graph: %i %s is mended by a person', async (status, code, said) => {
    expect(await mended(openGraphPost, status, code)).toMatchObject({
      kind: 'sign-in',
      message: expect.stringMatching(said),
    });
  });
});
