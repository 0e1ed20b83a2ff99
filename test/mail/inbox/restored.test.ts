import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openMailbox } from '../../../connectors/sandbox/mailbox.ts';
import { readInbox } from '../../../src/mail/inbox/read.ts';
import { MailError } from '../../../src/mail/mail-error.ts';
import { openStore } from '../../../src/store/open.ts';
import { PostOffice } from '../post-office.ts';
import { edited, event, london, person, production, timed, venue } from '../world.ts';
import { Box } from './box.ts';
import { letter, plainReply } from './letters.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cb-restored-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('an answer to what was sent after the backup that was restored is not lost without a word', async () => {
  const store = await openStore('sqlite::memory:');
  await using office = new PostOffice(store);
  await store.write(async ({ schedule }) => {
    await schedule.ensureProduction({ id: production, name: 'TIDEWRACK', zone: london });
    for (const one of ['C01', 'C02']) await schedule.putPerson(person({ id: one }), null);
    await schedule.putVenue(venue({ id: 'V01' }), null);
  });
  const box = new Box();
  const post = openMailbox(fault => new MailError(fault, 'asked for'));
  const meeting = event('E1');
  const moved = edited(meeting, { when: timed('2027-03-17', '14:00', '15:00') });
  const mailOut = async () => {
    await office.plan();
    await office.send(post);
    office.wait(60);
  };
  const read = () => readInbox({ store, runtime: office.runtime, inbox: box }, new AbortController().signal);
  await office.put(meeting);
  await mailOut();
  await store.backup(join(folder, 'backup'));
  await office.put(moved);
  await mailOut();
  const guest = { uid: meeting.uid, attendee: 'c02@example.test' };
  box.mails.push(letter(guest.attendee, plainReply({ ...guest, sequence: 1, partstat: 'DECLINED' })));
  expect(await read()).toEqual({ recorded: 1 });
  await store.restore(join(folder, 'backup'));
  expect(await read()).toEqual({ ahead: 1 });
  expect(await store.read(r => r.findings.list(production, 'open'))).toMatchObject([
    { kind: 'reply', event: 'E1', title: expect.stringMatching(/c02@example\.test.*declined.*restored/) },
  ]);
});
