import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markFirstImport, previewMail, releaseMessages } from '../../src/mail/outbox.ts';
import { sendDue } from '../../src/mail/send.ts';
import { brandId } from '../../src/model/ids.ts';
import type { Mail } from '../../src/model/message.ts';
import { bodiesOf, headerOf } from './mime.ts';
import { PostOffice } from './post-office.ts';
import { SmtpSink } from './smtp-sink.ts';
import { asked, edited, event, person, production, venue } from './world.ts';

const people = [person({ id: 'C01' }), person({ id: 'C02' })];
const meeting = event('E100', { required: asked('C01') });
let office: PostOffice;
let server: SmtpSink;
let address = '';

beforeEach(async () => {
  office = await PostOffice.open(people, [venue({ id: 'V01' }), venue({ id: 'V02' })]);
  server = await new SmtpSink().listen();
  address = `smtp://127.0.0.1:${server.port}`;
  await office.put(meeting);
  await office.plan();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});

const states = async () => (await office.messages()).map(message => message.state);

describe('the outbox', () => {
  it('sends after the quiet period, records what was told, and is then at rest', async () => {
    expect(await office.send(address, false)).toMatchObject({ sent: 0 });
    office.wait(10);
    expect(await office.send(address, false)).toEqual({ sent: 1, failed: 0, later: 0, stoppedBy: null });
    expect(await office.told()).toMatchObject([
      { uid: meeting.uid, sequence: 0, itip: true, statement: { title: 'Script conference' } },
    ]);
    expect(await office.plan()).toMatchObject({ created: 0, changed: 0, dropped: 0 });
    expect(await office.send(address)).toMatchObject({ sent: 0 });
    expect(server.taken.length).toBe(1);
  });

  it('S61 thirty moves while the mail server was down arrive as one message', async () => {
    const { port } = server;
    await server[Symbol.asyncDispose]();
    let current = meeting;
    for (let move = 0; move < 30; move++) {
      current = edited(current, { venue: brandId(move % 2 === 0 ? 'V02' : 'V01') });
      await office.put(current);
      await office.plan();
      office.wait(12);
      const { stoppedBy } = await office.send(`smtp://127.0.0.1:${port}`);
      expect(stoppedBy?.kind).toBe('unreachable');
    }
    server = await new SmtpSink().listen();
    office.wait(60);
    expect(await office.send(`smtp://127.0.0.1:${server.port}`)).toMatchObject({ sent: 1 });
    expect(server.taken.length).toBe(1);
    expect((await office.told())[0]).toMatchObject({
      sequence: 30,
      statement: { place: 'Venue V01, V01 Road, Bristol BS1 1AA' },
    });
  });

  it('tries again later what the server puts off, and not before', async () => {
    server.script.push({ code: 451, at: 'data' });
    expect(await office.send(address)).toMatchObject({ sent: 0, later: 1 });
    expect(await states()).toEqual(['due']);
    expect(await office.send(address, false)).toMatchObject({ sent: 0 });
    office.wait(2);
    expect(await office.send(address, false)).toMatchObject({ sent: 1 });
  });

  it('gives up after eight refusals for now', async () => {
    for (let n = 0; n < 9; n++) server.script.push({ code: 450, at: 'rcpt' });
    for (let n = 0; n < 9; n++) {
      await office.send(address, false);
      office.wait(120);
    }
    expect(await states()).toEqual(['failed']);
    expect(server.script.length).toBe(1);
  });

  it('S85 a refused address is shown with its reason and not retried, until somebody releases it', async () => {
    server.script.push({ code: 550, at: 'rcpt' });
    expect(await office.send(address)).toMatchObject({ failed: 1 });
    const [message] = await office.messages();
    expect(message).toMatchObject({ state: 'failed', problem: expect.stringContaining('550') });
    expect(message?.problem).not.toMatch(/@|example/);
    await office.plan();
    office.wait(600);
    expect(await office.send(address)).toMatchObject({ sent: 0, failed: 0 });
    expect(await releaseMessages(office.store, office.runtime, production, message ? [message.id] : [])).toBe(1);
    expect(await office.send(address)).toMatchObject({ sent: 1 });
  });

  it('S81 a connection cut before the answer is repeated as the same message', async () => {
    server.script.push('cut');
    expect(await office.send(address)).toMatchObject({ sent: 0, later: 1 });
    expect(await states()).toEqual(['unknown']);
    await office.put(edited(meeting, { venue: brandId('V02') }));
    await office.plan();
    office.wait(2);
    expect(await office.send(address, false)).toMatchObject({ sent: 1 });
    expect(server.messageIds.length).toBe(2);
    expect(new Set(server.messageIds).size).toBe(1);
    expect(server.taken.map(({ raw }) => bodiesOf(raw, 'text/calendar')[0])).toEqual(
      Array(2).fill(bodiesOf(server.taken[0]?.raw ?? '', 'text/calendar')[0]),
    );
    office.wait(10);
    expect(await office.send(address, false), 'the edit made meanwhile follows').toMatchObject({ sent: 1 });
    expect(bodiesOf(server.taken[2]?.raw ?? '', 'text/calendar')[0]).toContain('SEQUENCE:1\r\n');
  });

  it('S81 a crash between sending and recording repeats the same message, and only after a while', async () => {
    office.diesAt = 'mail/sent-not-recorded';
    await expect(office.send(address)).rejects.toThrow('killed');
    office.diesAt = null;
    expect(await states()).toEqual(['sending']);
    expect(await office.send(address), 'another process may still be at it').toMatchObject({ sent: 0 });
    office.wait(5);
    expect(await office.send(address)).toMatchObject({ sent: 1 });
    expect(server.messageIds.length).toBe(2);
    expect(new Set(server.messageIds).size).toBe(1);
    expect(await office.told()).toHaveLength(1);
  });

  it('stops at a refused password and loses nothing', async () => {
    await using locked = await new SmtpSink({ user: 'office', pass: 'right' }).listen();
    const result = await office.send(`smtp://office:wrong@127.0.0.1:${locked.port}`);
    expect(result.stoppedBy?.kind).toBe('sign-in');
    expect(await office.send(`smtp://office:right@127.0.0.1:${locked.port}`)).toMatchObject({ sent: 1 });
  });

  it('leaves what was edited while it sends for the next planning: no old words go out', async () => {
    const second = event('E200', { required: asked('C02') });
    await office.put(second);
    await office.plan();
    const sent: string[] = [];
    const transport = {
      parallel: 1,
      perMinute: null,
      check: async () => undefined,
      send: async ({ to, text }: Mail) => {
        sent.push(`${to} ${/Where: +(Venue V..)/.exec(text)?.[1]}`);
        if (sent.length === 1) await office.put(edited(second, { venue: brandId('V02') }));
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
    const parts = { store: office.store, transport, runtime: office.runtime, settings: office.settings };
    expect(await sendDue(parts, { ignoreQuiet: true })).toMatchObject({ sent: 1 });
    expect(await sendDue(parts, { ignoreQuiet: true })).toMatchObject({ sent: 1 });
    expect(sent).toEqual(['"Person C01" <c01@example.test> Venue V01', '"Person C02" <c02@example.test> Venue V02']);
  });

  it('drops what was held when its event has begun and ended', async () => {
    office.now = Temporal.Instant.from('2027-03-16T18:00Z').epochMilliseconds;
    expect(await office.send(address)).toMatchObject({ sent: 0 });
    expect(await states()).toEqual(['dropped']);
  });

  it('S83 sends cancellations before invitations, as replies in the thread', async () => {
    await office.send(address);
    await office.put(event('E200', { required: asked('C02') }));
    await office.plan();
    office.wait(1);
    await office.put(edited(meeting, { status: 'cancelled' }));
    await office.plan();
    expect(await office.send(address)).toMatchObject({ sent: 2 });
    const methods = server.taken.map(({ raw }) =>
      /^METHOD:.*$/m.exec(bodiesOf(raw, 'text/calendar')[0] ?? '')?.[0].trim(),
    );
    expect(methods).toEqual(['METHOD:REQUEST', 'METHOD:CANCEL', 'METHOD:REQUEST']);
    expect(headerOf(server.taken[1]?.raw ?? '', 'In-Reply-To')).toBe(server.messageIds[0]);
    expect((await office.told()).find(told => told.event === 'E100')).toMatchObject({ statement: null, sequence: 1 });
  });
});

describe('what waits for a person', () => {
  it('S76 a first import is sent only after its release, by release and flush', async () => {
    await using fresh = await PostOffice.open(people, [venue({ id: 'V01' })]);
    await fresh.store.write(repositories => markFirstImport(repositories, production));
    await fresh.put(event('E1', { required: asked('C01', 'C02') }));
    expect(await fresh.plan()).toMatchObject({ created: 2, waiting: 2 });
    fresh.wait(600);
    expect(await fresh.send(address)).toMatchObject({ sent: 0 });
    expect(await releaseMessages(fresh.store, fresh.runtime, production, 'all')).toBe(2);
    expect(await fresh.send(address)).toMatchObject({ sent: 2 });
    await fresh.put(event('E2', { required: asked('C01') }));
    expect(await fresh.plan(), 'only the first import waits').toMatchObject({ created: 1, waiting: 0 });
  });

  it('a preview shows what each reader would get and sends nothing', async () => {
    const of = { production, event: meeting.id, person: null };
    const shown = await office.store.read(repositories =>
      previewMail(repositories, office.runtime, office.settings, of),
    );
    expect(shown.map(({ mail }) => [mail.to, mail.calendar?.method])).toEqual([
      ['"Person C01" <c01@example.test>', 'REQUEST'],
    ]);
    expect(server.taken).toEqual([]);
  });
});
