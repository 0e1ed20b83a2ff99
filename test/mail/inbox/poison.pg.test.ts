/** What only PostgreSQL refuses must not stand in a mail's way. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openMailbox } from '../../../connectors/sandbox/mailbox.ts';
import { readInbox } from '../../../src/mail/inbox/read.ts';
import { MailError } from '../../../src/mail/mail-error.ts';
import { openStore } from '../../../src/store/open.ts';
import { describeWith } from '../../real/peer.ts';
import { type RealPostgres, startPostgres } from '../../real/postgres.ts';
import { PostOffice } from '../post-office.ts';
import { event, london, person, production, venue } from '../world.ts';
import { Box } from './box.ts';
import { letter, plainReply } from './letters.ts';

describeWith(['initdb', 'postgres'], 'answers on PostgreSQL', () => {
  let server: RealPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('are read also after one from an address without end', async () => {
    const store = await openStore(await server.create('answers'));
    await using office = new PostOffice(store);
    await store.write(async ({ schedule }) => {
      await schedule.ensureProduction({ id: production, name: 'TIDEWRACK', zone: london });
      await schedule.putPerson(person({ id: 'C01' }), null);
      await schedule.putPerson(person({ id: 'C02', email: 'beth@film.test' }), null);
      await schedule.putVenue(venue({ id: 'V01' }), null);
    });
    const meeting = event('E1');
    await office.put(meeting);
    await office.plan();
    await office.send(openMailbox(fault => new MailError(fault, 'asked for')));
    office.wait(120);
    const noise = Array.from({ length: 120 }, (_, at) => createHash('sha512').update(`${at}`).digest('hex')).join('');
    const box = new Box();
    box.mails.push(
      letter(`${noise}@film.test`, plainReply({ uid: meeting.uid, attendee: `${noise}@film.test` })),
      letter('beth@film.test', plainReply({ uid: meeting.uid, attendee: 'beth@film.test' })),
    );
    const counts = await readInbox({ store, runtime: office.runtime, inbox: box }, new AbortController().signal);
    expect(counts).toEqual({ stranger: 1, recorded: 1 });
  });
});
