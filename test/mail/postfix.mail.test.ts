import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dovecot, startDovecot } from '../real/dovecot.ts';
import { describeWith } from '../real/peer.ts';
import { type Postfix, startPostfix } from '../real/postfix.ts';
import { bodiesOf, headerOf, typesOf } from './mime.ts';
import { PostOffice } from './post-office.ts';
import { asked, edited, event, person, venue } from './world.ts';

describeWith(['root', 'postfix', 'dovecot'], 'mail by Postfix into a Dovecot mailbox', () => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  let office: PostOffice;
  const alice = person({ id: 'C01', name: 'Alice Ångström', email: 'alice@ex.test' });
  const nobody = person({ id: 'C02', email: 'nobody@ex.test' });
  const recce = event('E026', {
    title: 'Tech recce – Brücke',
    notes: `${'Long line. '.repeat(60)}\nEnd.`,
    required: asked('C01', 'C02'),
  });

  beforeAll(async () => {
    dovecot = await startDovecot(['alice@ex.test:secret']);
    postfix = await startPostfix(['alice@ex.test'], dovecot.lmtpPort);
    office = await PostOffice.open([alice, nobody], [venue({ id: 'V01' })]);
    await office.put(recce);
    await office.plan();
  });
  afterAll(async () => {
    await office?.[Symbol.asyncDispose]();
    await postfix?.stop();
    await dovecot?.stop();
  });

  it('an invitation arrives with its structure and its calendar bytes untouched; an unknown address is refused', async () => {
    const address = `smtp://127.0.0.1:${postfix.port}`;
    expect(await office.send(address)).toMatchObject({ sent: 1, failed: 1, later: 0, stoppedBy: null });
    const [raw = ''] = await dovecot.messages('alice@ex.test', 1);
    const stored = (await office.messages()).find(message => message.state === 'sent');
    expect(typesOf(raw)).toEqual([
      'multipart/mixed',
      'multipart/alternative',
      'text/plain',
      'text/html',
      'text/calendar',
      'application/ics',
    ]);
    expect(bodiesOf(raw, 'text/calendar')).toEqual([stored?.mail?.calendar?.ics]);
    expect(bodiesOf(raw, 'application/ics')).toEqual([stored?.mail?.calendar?.ics]);
    expect(headerOf(raw, 'Message-ID')).toBe(stored?.messageId);
    const parsed = await PostalMime.parse(raw);
    expect(parsed.subject).toBe('TIDEWRACK: Tech recce – Brücke');
    expect(parsed.to).toEqual([{ name: 'Alice Ångström', address: 'alice@ex.test' }]);
    expect(parsed.text?.trim()).toBe(stored?.mail?.text.trim());
    const refused = (await office.messages()).find(message => message.state === 'failed');
    expect(refused?.problem).toBe('the mail server refuses this message (550 5.1.1)');
  });

  it('S83 its cancellation follows in the same thread with the same UID', async () => {
    await office.put(edited(recce, { status: 'cancelled' }));
    await office.plan();
    expect(await office.send(`smtp://127.0.0.1:${postfix.port}`)).toMatchObject({ sent: 1, failed: 0 });
    const messages = await dovecot.messages('alice@ex.test', 2);
    const cancel = messages.find(raw => bodiesOf(raw, 'text/calendar')[0]?.includes('METHOD:CANCEL')) ?? '';
    const invite = messages.find(raw => raw !== cancel) ?? '';
    const uid = (raw: string) => /^UID:.*$/m.exec(bodiesOf(raw, 'text/calendar')[0] ?? '')?.[0];
    expect(uid(cancel)).toBe(uid(invite));
    expect(headerOf(cancel, 'References')).toBe(headerOf(invite, 'Message-ID'));
    expect(headerOf(cancel, 'Subject')).toBe(headerOf(invite, 'Subject'));
  });
});
