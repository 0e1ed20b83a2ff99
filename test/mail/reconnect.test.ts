/** A consent that was withdrawn is told of once: to the office in one mail, to who can mend it with the address. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MailError } from '../../src/mail/mail-error.ts';
import { tellReconnect } from '../../src/mail/reconnect.ts';
import type { CalendarState } from '../../src/model/calendar.ts';
import { brandId, type CalendarId } from '../../src/model/ids.ts';
import type { Mail } from '../../src/model/message.ts';
import { link, officeAccount } from '../store/samples.ts';
import { PostOffice } from './post-office.ts';
import { mailSettings, person, production } from './world.ts';

let office: PostOffice;
let sent: Mail[] = [];
let tried: string[] = [];
let fails: MailError | null = null;
const ids = ['C01-google', 'C02-google'].map(id => brandId<CalendarId>(id));

beforeEach(async () => {
  [sent, tried, fails] = [[], [], null];
  office = await PostOffice.open([person({ id: 'C01' }), person({ id: 'C02' })], []);
  await office.store.write(async r => {
    await r.calendars.putAccount(officeAccount);
    for (const id of ids) await r.calendars.putLink({ ...link(id, id.slice(0, 3)), production });
  });
});
afterEach(() => office[Symbol.asyncDispose]());

const set = (state: CalendarState, which = ids) =>
  office.store.write(async r => {
    for (const id of which) await r.calendars.patch(id, { state, problem: 'consent was withdrawn' });
  });
const transport = {
  parallel: 1,
  perMinute: null,
  check: async () => {},
  send: async (mail: Mail) => {
    tried.push(mail.messageId);
    if (fails) throw fails;
    sent.push(mail);
  },
  [Symbol.asyncDispose]: async () => {},
};
let asked = 0;
const tell = async (canMend = true) => {
  const addressFor = async () => (canMend ? `https://office.test/connect/${++asked}` : null);
  await tellReconnect({ store: office.store, runtime: office.runtime, transport, settings: mailSettings, addressFor });
};
const to = () => sent.map(mail => mail.to.replace(/.*<|>.*/g, '')).sort();

describe('S74 a calendar that must be reconnected', () => {
  it('is told of once to the office and once to its owner, with the address that mends it', async () => {
    await set('needs-consent', ids.slice(0, 1));
    await tell();
    expect(sent, 'others may follow within the minute').toEqual([]);
    for (let n = 0; n < 5; n += 1) {
      office.wait(3);
      await tell();
    }
    expect(to()).toHaveLength(2);
    const own = sent.find(mail => mail.text.includes('/connect/'));
    expect(own?.to).toContain('C01');
    expect(own?.html).toContain('https://office.test/connect/');
  });
  it('with others is one mail to the office, and one to each', async () => {
    await set('needs-consent');
    await tell();
    office.wait(3);
    await tell();
    await tell();
    expect(sent).toHaveLength(3);
    expect(sent[0]?.subject).toContain('2 calendars wait');
  });
  it('by an administrator is no matter for its owner', async () => {
    await set('needs-consent');
    await tell(false);
    office.wait(3);
    await tell(false);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.text).not.toContain('/connect/');
  });
  it('at night waits for the morning, for its owner', async () => {
    office.now += 13 * 3_600_000;
    await set('needs-consent', ids.slice(0, 1));
    await tell();
    office.wait(3);
    await tell();
    expect(sent).toHaveLength(1);
    office.now += 10 * 3_600_000;
    await tell();
    expect(sent).toHaveLength(2);
  });
  it('is told again when it fails again after it had worked', async () => {
    const round = async () => {
      await set('needs-consent', ids.slice(0, 1));
      await tell();
      office.wait(3);
      await tell();
    };
    await round();
    await set('unread');
    await tell();
    await round();
    expect(sent, 'tried in vain is not mended').toHaveLength(2);
    await set('ok');
    await tell();
    await round();
    expect(sent).toHaveLength(4);
    expect(new Set(sent.map(mail => mail.messageId)).size).toBe(4);
  });
  it('is told as the same message when the mail server’s answer was lost', async () => {
    await set('needs-consent', ids.slice(0, 1));
    await tell(false);
    office.wait(3);
    fails = new MailError('unknown', 'lost');
    await tell(false);
    fails = null;
    office.wait(1);
    await tell(false);
    expect(sent).toHaveLength(1);
    expect(tried).toHaveLength(2);
    expect(new Set(tried).size).toBe(1);
  });
});
