import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../src/mail/inbox/answer.ts';
import { sameMailbox } from '../../../src/mail/inbox/sender.ts';
import { exchangeReply, googleReply, letter, note, plainReply } from './letters.ts';

const guest = { uid: 'E1@callboard', attendee: 'guest@film.test' };
const reply = plainReply(guest);
const read = async (mail: string) => readAnswer(await PostalMime.parse(mail, { forceRfc822Attachments: true }));
const refused = (why: string) => ({ kind: 'refused', why });

describe('a mail with an answer', () => {
  it.each([
    ['Guest <guest@film.test>', googleReply(guest)],
    ['"Guest, The" <guest@film.test>', exchangeReply(guest)],
    ['guest@film.test', reply],
  ])('from %s is read', async (from, ics) => {
    expect(await read(letter(from, ics))).toMatchObject({
      kind: 'answers',
      from: 'guest@film.test',
      sentAt: Date.parse('2027-03-01T10:00:05Z'),
      answers: [{ uid: 'E1@callboard' }],
    });
  });

  it('may leave the method out of its envelope', async () => {
    expect(await read(letter('guest@film.test', reply, { method: null }))).toMatchObject({ kind: 'answers' });
  });

  it('that calls itself something else on the envelope is not believed', async () => {
    expect(await read(letter('guest@film.test', reply, { method: 'REQUEST' }))).toEqual(refused('method-differs'));
  });

  it('that is an invitation or a cancellation is not believed: those are ours to send', async () => {
    const cancel = reply.replace('METHOD:REPLY', 'METHOD:CANCEL');
    expect(await read(letter('guest@film.test', cancel))).toEqual(refused('not-an-answer'));
  });

  it.each([
    ['nobody', 'Subject: x'],
    ['two people', 'From: guest@film.test, other@film.test'],
    ['a group', 'From: Guests: guest@film.test;'],
    ['two senders', 'From: guest@film.test\r\nFrom: other@film.test'],
    ['a name that is an address', 'From: "office@film.test" <guest@film.test>'],
  ])('from %s is not believed', async (_, header) => {
    const mail = letter('guest@film.test', reply).replace('From: guest@film.test', header);
    expect(await read(mail)).toEqual(refused('no-sender'));
  });

  it('whose sender the office’s own server found forged is not believed; a note that came along proves nothing', async () => {
    const checked = (...results: string[]) =>
      read(letter('guest@film.test', reply, { more: results.map(one => `Authentication-Results: ${one}`) }));
    const fail = 'mx.tidewrack.test; dkim=none; dmarc=fail (p=reject) header.from=film.test';
    const pass = 'mx.tidewrack.test; dkim=pass; dmarc=pass header.from=film.test';
    expect(await checked(fail, pass)).toEqual(refused('not-authentic'));
    expect(await checked(pass, fail)).toMatchObject({ kind: 'answers' });
  });

  it('passed on by somebody else, as a mail within a mail, is none', async () => {
    const inner = letter('guest@film.test', reply);
    const outer = [
      'From: other@film.test',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="b2"',
      '',
      '--b2',
      'Content-Type: message/rfc822',
      '',
      inner,
      '--b2--',
      '',
    ].join('\r\n');
    expect(await read(outer)).toEqual(refused('no-calendar'));
  });
});

describe('a mail without a calendar part', () => {
  it.each(['Accepted: Script conference', 'Automatic reply: away', 'Declined: Script conference'])(
    'says nothing to callboard, whatever its subject: %s',
    async subject => {
      expect(await read(note('guest@film.test', subject))).toEqual(refused('no-calendar'));
    },
  );
});

describe('one mailbox', () => {
  it.each([
    ['Guest@Film.test', 'guest@film.TEST'],
    ['a.b+tidewrack@gmail.com', 'AB@googlemail.com'],
    ['guest@bücher.test', 'guest@xn--bcher-kva.test'],
  ])('is known by %s and by %s', (a, b) => {
    expect(sameMailbox(a, b)).toBe(true);
  });

  it.each([
    ['a.b@film.test', 'ab@film.test'],
    ['ab+x@film.test', 'ab@film.test'],
    ['guest@film.test', 'guest@film.test.evil.test'],
    ['', ''],
    ['guest', 'guest'],
  ])('is not both %s and %s', (a, b) => {
    expect(sameMailbox(a, b)).toBe(false);
  });
});
