/** A store with something in every table that has a repository, and everything it holds in one value. */
import type { Store } from '../../src/store/store.ts';
import {
  account,
  attempt,
  busyBlock,
  calendarId,
  copy,
  event,
  eventId,
  finding,
  group,
  link,
  message,
  officeAccount,
  person,
  plant,
  present,
  production,
  remoteId,
  reply,
  told,
  venue,
  versionOf,
} from './samples.ts';

const home = calendarId('C06-caldav');

/** @param items how many observations */
export async function fill(store: Store, items = 1_200): Promise<void> {
  await store.write(async repositories => {
    const { schedule, calendars, copies, findings, mail, replies, meta } = repositories;
    await plant(repositories, 'E001', 'E002');
    const second = { ...event('E001', 2, 'Later'), published: { version: 1, content: event('E001').content } };
    await schedule.putEvent(second, versionOf(second), 1);
    await schedule.putPerson(person('C06'), null);
    await schedule.putVenue(venue('V01'), null);
    await schedule.putGroup(group('drivers'), null);
    await schedule.replaceTravel(production, [{ production, from: 'V01', to: 'BRC', minutes: 5, mode: 'car' }]);
    await calendars.putAccount(officeAccount);
    await calendars.takeLease(account, 'one', 1, 2);
    await calendars.putLink(link(home));
    await calendars.patch(home, { failures: 3, problem: 'late', lastSyncAt: 1_800_000_000_000 });
    const observed = Array.from({ length: items }, (_, n) => present(`item ${n}`));
    await copies.putSights(home, observed, [], 's1', 1_800_000_000_000);
    await copies.putCopies([copy(home, 'E001')]);
    await copies.addAttempts([attempt('x', 1)]);
    await copies.putBusy(home, [{ item: remoteId('a'), blocks: [busyBlock(1, 2), busyBlock(3, 4)] }]);
    await findings.put(finding('f1', 'k1'));
    await mail.putTold(told('E001', 'C06'));
    await mail.putMessages([message('a')]);
    await replies.put(reply('r1'));
    await meta.put('key', 'line\nbreak, "quotes" and \u{1F97E}');
  });
}

export async function contentsOf(store: Store) {
  return store.read(async ({ schedule, calendars, copies, findings, mail, replies, meta }) => ({
    snapshot: await schedule.snapshot(production),
    rows: {
      counts: await meta.counts(),
      events: (await schedule.snapshot(production)).events,
      history: await schedule.history(production, eventId('E001')),
      account: await calendars.account(account),
      calendars: await calendars.all(),
      sights: await copies.sights(home),
      copies: await copies.copies(home),
      attempts: await copies.openAttempts(home),
      busy: await copies.busy(production, { from: 0, to: 10 }),
      findings: await findings.list(production),
      told: await mail.told(production),
      messages: await mail.messages(production),
      replies: await replies.of(production, eventId('E001')),
      meta: await meta.get('key'),
    },
  }));
}
