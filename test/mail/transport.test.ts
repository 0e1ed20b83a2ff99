import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterEach, describe, expect, it } from 'vitest';
import { MailError } from '../../src/mail/mail-error.ts';
import { openTransport } from '../../src/mail/transports/open.ts';
import type { Mail } from '../../src/model/message.ts';
import { bodiesOf, headerOf, typesOf } from './mime.ts';
import { SmtpSink } from './smtp-sink.ts';
import { at } from './world.ts';

const runtime = { now: () => at('2027-03-01T09:00') };
const ics = ['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'SUMMARY:Rekky – Brücke 🎬', 'END:VCALENDAR', ''].join('\r\n');
const mail: Mail = {
  from: '"TIDEWRACK Office" <schedule@tidewrack.test>',
  to: '"Alice O\'Hara, jun." <alice@example.test>',
  subject: 'TIDEWRACK: Technical recce – Brücke',
  text: 'Text – one.\n',
  html: '<p>Text &ndash; one.</p>',
  messageId: '<abc.1@tidewrack.test>',
  references: ['<first.0@tidewrack.test>', '<second.0@tidewrack.test>'],
  calendar: { method: 'REQUEST', ics },
};

const sinks: SmtpSink[] = [];
async function sink(credential?: { user: string; pass: string }): Promise<SmtpSink> {
  const made = await new SmtpSink(credential ?? null).listen();
  sinks.push(made);
  return made;
}
afterEach(async () => {
  for (const one of sinks.splice(0)) await one[Symbol.asyncDispose]();
});

async function faultOf(work: Promise<unknown>): Promise<MailError> {
  const fault = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(fault instanceof MailError)) throw new Error('no MailError came', { cause: fault });
  return fault;
}

describe('a mail by SMTP', () => {
  it('arrives with envelope, headers and structure as the mail sheet wants them', async () => {
    const server = await sink();
    await using transport = openTransport(`smtp://127.0.0.1:${server.port}`, runtime);
    await transport.send(mail);
    const [taken] = server.taken;
    expect([taken?.from, taken?.to]).toEqual(['schedule@tidewrack.test', ['alice@example.test']]);
    const raw = taken?.raw ?? '';
    expect(headerOf(raw, 'Message-ID')).toBe('<abc.1@tidewrack.test>');
    expect(headerOf(raw, 'In-Reply-To')).toBe('<first.0@tidewrack.test>');
    expect(headerOf(raw, 'References')).toBe('<first.0@tidewrack.test> <second.0@tidewrack.test>');
    expect(headerOf(raw, 'Auto-Submitted')).toBe('auto-generated');
    expect(headerOf(raw, 'X-Auto-Response-Suppress')).toBe('OOF, AutoReply');
    expect(headerOf(raw, 'Date')).toBe('Mon, 01 Mar 2027 09:00:00 +0000');
    expect(typesOf(raw)).toEqual([
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'text/html',
      'text/calendar',
      'application/ics',
    ]);
    const calendarHead = /Content-Type: text\/calendar[\s\S]*?\r\n\r\n/.exec(raw)?.[0] ?? '';
    expect(calendarHead).toMatch(/charset=utf-8; method=REQUEST/);
    expect(calendarHead).toMatch(/Content-Transfer-Encoding: base64/);
    expect(calendarHead).not.toMatch(/Content-Disposition/);
  });

  it('carries the same calendar bytes in the alternative and in the attachment', async () => {
    const server = await sink();
    await using transport = openTransport(`smtp://127.0.0.1:${server.port}`, runtime);
    await transport.send(mail);
    const parsed = await PostalMime.parse(server.taken[0]?.raw ?? '');
    expect(parsed.attachments.map(({ mimeType, filename }) => [mimeType, filename])).toEqual([
      ['text/calendar', null],
      ['application/ics', 'invite.ics'],
    ]);
    const raw = server.taken[0]?.raw ?? '';
    expect(bodiesOf(raw, 'text/calendar')).toEqual([ics]);
    expect(bodiesOf(raw, 'application/ics')).toEqual([ics]);
    expect(parsed.to).toEqual([{ address: 'alice@example.test', name: "Alice O'Hara, jun." }]);
    expect(parsed.subject).toBe(mail.subject);
    expect(parsed.text?.trim()).toBe('Text – one.');
  });

  it.each([
    ['temporary', { code: 451, at: 'data' }],
    ['temporary', { code: 450, at: 'rcpt' }],
    ['refused', { code: 550, at: 'rcpt' }],
    ['refused', { code: 554, at: 'data' }],
    ['unknown', 'cut'],
  ] as const)('is told as %s when the server answers %j, without naming the reader', async (kind, behaviour) => {
    const server = await sink();
    server.script.push(behaviour);
    await using transport = openTransport(`smtp://127.0.0.1:${server.port}`, runtime);
    const fault = await faultOf(transport.send(mail));
    expect(fault.kind).toBe(kind);
    expect(fault.message).not.toMatch(/alice|example\.test/);
  });

  it('tells a refused password from a refused message, and shows neither name nor password', async () => {
    const server = await sink({ user: 'office', pass: 'right' });
    await using wrong = openTransport(`smtp://office:sesame@127.0.0.1:${server.port}`, runtime);
    const fault = await faultOf(wrong.send(mail));
    expect(fault.kind).toBe('sign-in');
    expect(fault.message).not.toMatch(/sesame|office/);
    await using none = openTransport(`smtp://127.0.0.1:${server.port}`, runtime);
    expect((await faultOf(none.send(mail))).kind).toBe('sign-in');
    await using right = openTransport(`smtp://office:right@127.0.0.1:${server.port}`, runtime);
    await right.check();
    await right.send(mail);
    expect(server.taken.length).toBe(1);
  });

  it('is told as unreachable when nobody listens', async () => {
    const server = await sink();
    const { port } = server;
    await server[Symbol.asyncDispose]();
    sinks.pop();
    await using transport = openTransport(`smtp://127.0.0.1:${port}`, runtime);
    expect((await faultOf(transport.send(mail))).kind).toBe('unreachable');
  });
});

describe('a mail as a file', () => {
  it('is one file a message, and a repeat is the same file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'callboard-mail-'));
    try {
      await using transport = openTransport(`file:${join(folder, 'out')}`, runtime);
      await transport.check();
      await transport.send(mail);
      await transport.send(mail);
      await transport.send({ ...mail, messageId: '<other@tidewrack.test>' });
      const names = await readdir(join(folder, 'out'));
      expect(names.length).toBe(2);
      const texts = await Promise.all(names.map(name => readFile(join(folder, 'out', name), 'utf8')));
      expect(texts.filter(text => text.includes('Message-ID: <abc.1@tidewrack.test>\r\n')).length).toBe(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the address of a transport', () => {
  it.each(['graph:office@x', 'gmail:office@x', 'ftp://u:sesame@h', 'smtp:sesame', ''])(
    '%j is refused, its words not repeated',
    address => {
      const fault = (() => {
        try {
          openTransport(address, runtime);
        } catch (error) {
          return error;
        }
        return null;
      })();
      expect(fault).toBeInstanceOf(MailError);
      expect(String(fault)).not.toMatch(/sesame|office@x/);
    },
  );
});
