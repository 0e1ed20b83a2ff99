/** Subscriptions and notices: kept alive in good time, believed only when genuine, many become one look. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Watching } from '../../src/model/calendar.ts';
import { createLog } from '../../src/runtime/log.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import type { Notice, Subscription, WatchTarget } from '../../src/sync/connector.ts';
import { noticeDesk } from '../../src/sync/notices.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { emptyTally, type Run } from '../../src/sync/run.ts';
import { countMissed, hashOfToken, keepWatch } from '../../src/sync/watch.ts';
import { account, calendarId, link, officeAccount } from '../store/samples.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const diary = calendarId('C06-google');
let store: Store;
let clock = Date.parse('2027-03-15T09:00:00Z');
let asked: WatchTarget[] = [];
let ended: string[] = [];
let answer: (target: WatchTarget) => Promise<Subscription>;
let refusesEnd = false;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  clock = Date.parse('2027-03-15T09:00:00Z');
  [asked, ended, refusesEnd] = [[], [], false];
  answer = async ({ id }) => ({ id, resource: 'res', expiresAt: clock + 2 * day });
  await store.write(async r => {
    await r.calendars.putAccount(officeAccount);
    await r.calendars.putLink(link(diary));
  });
});
afterEach(() => store[Symbol.asyncDispose]());

let ids = 0;
const runtime = {
  now: () => clock,
  id: () => `0000-${++ids}`,
  random: () => 0.5,
  sleep: async () => {},
  log: createLog('silent'),
  bias: () => {},
};

/** One run of the calendar, as far as subscriptions go. */
async function run(url: string | null = 'https://office.test/api/v1/webhooks/google'): Promise<Run> {
  const lease = await store.write(r => r.calendars.takeLease(account, 'test', clock, clock + minute));
  const row = await store.read(r => r.calendars.get(diary));
  if (!lease || !row) throw new Error('no lease');
  const session = {
    can: { push: true },
    watch: async (target: WatchTarget) => {
      asked.push(target);
      return await answer(target);
    },
    unwatch: async ({ id }: Subscription) => {
      if (refusesEnd) throw new RemoteError('unavailable', 'down');
      ended.push(id);
    },
  };
  return { parts: { store, runtime, webhook: () => url }, row, lease, session, tally: emptyTally() } as unknown as Run;
}
const keep = async (url?: string | null) => keepWatch(await run(url));
const watches = () => store.read(r => r.watches.of(diary));
const wakes = async () => (await store.read(r => r.calendars.get(diary)))?.wakeSeq ?? 0;

describe('a subscription', () => {
  it('is asked for once, and not again while it is fresh', async () => {
    await keep();
    clock += day;
    await keep();
    expect(asked).toHaveLength(1);
    expect(await watches()).toMatchObject([{ state: 'live', resource: 'res', problem: null }]);
  });
  it('is renewed before it ends: the new one first, then the old one is ended', async () => {
    await keep();
    const [first] = await watches();
    clock += 1.6 * day;
    await keep();
    expect(asked).toHaveLength(2);
    expect(ended).toEqual([first?.id]);
    expect(await watches()).toHaveLength(1);
    expect((await watches())[0]?.id).not.toBe(first?.id);
  });
  it('S66 that ended while the daemon was down is replaced at its first run', async () => {
    await keep();
    clock += 10 * day;
    await keep();
    expect(asked).toHaveLength(2);
    expect(ended, 'what has ended by itself is not asked about').toEqual([]);
    expect(await watches()).toMatchObject([{ state: 'live' }]);
  });
  it('that is refused says why, rests for an hour, and stops nothing', async () => {
    answer = async () => {
      throw new RemoteError('rejected', 'the address of the webhook must be https');
    };
    await keep();
    clock += 30 * minute;
    await keep();
    expect(asked).toHaveLength(1);
    expect(await watches()).toMatchObject([{ state: 'refused', problem: expect.stringContaining('https') }]);
    clock += 31 * minute;
    await keep();
    expect(asked).toHaveLength(2);
    expect(await watches()).toHaveLength(1);
  });
  it('keeps the old one while a new one is refused', async () => {
    await keep();
    clock += 1.6 * day;
    answer = async () => {
      throw new RemoteError('unavailable', 'down');
    };
    await keep();
    expect((await watches()).map(one => one.state).sort()).toEqual(['live', 'refused']);
    expect(ended).toEqual([]);
  });
  it('is on record before it is asked for: a notice may overtake the answer', async () => {
    let before: readonly Watching[] = [];
    answer = async ({ id, token }) => {
      before = await watches();
      expect(before[0]?.tokenHash).toBe(hashOfToken(token));
      return { id, resource: null, expiresAt: clock + day };
    };
    await keep();
    expect(before).toMatchObject([{ state: 'asked' }]);
  });
  it('that cannot be ended is tried again until its time is over', async () => {
    await keep();
    clock += 1.6 * day;
    refusesEnd = true;
    await keep();
    expect((await watches()).map(one => one.state).sort()).toEqual(['ending', 'live']);
    refusesEnd = false;
    await keep();
    expect(ended).toHaveLength(1);
    expect(await watches()).toHaveLength(1);
  });
  it('is not asked for without an address that a provider could reach', async () => {
    await keep(null);
    expect(asked).toEqual([]);
  });
});

describe('S67 notices that never come', () => {
  const poll = async (news: boolean) => {
    await store.write(r => r.calendars.patch(diary, { lastSyncAt: clock - minute }));
    await countMissed(await run(), news);
    clock += minute;
  };
  beforeEach(async () => {
    await keep();
    clock += 5 * minute;
  });
  it('are noticed at the third change that only a poll found, and asked for anew', async () => {
    for (let n = 0; n < 3; n += 1) await poll(true);
    expect(await watches()).toMatchObject([{ missed: 3, problem: expect.stringContaining('webhook looks dead') }]);
    await keep();
    expect(asked).toHaveLength(2);
    expect(ended).toHaveLength(1);
  });
  it('are not missed where nothing changed', async () => {
    for (let n = 0; n < 5; n += 1) await poll(false);
    expect(await watches()).toMatchObject([{ missed: 0, problem: null }]);
  });
});

describe('a notice', () => {
  let slept: (() => void)[] = [];
  const desk = () =>
    noticeDesk({
      store,
      runtime: { ...runtime, sleep: () => new Promise(resolve => void slept.push(resolve)) },
      wake: () => {},
    });
  const genuine = async (what: Notice['what'] = 'changed'): Promise<Notice> => ({
    subscription: (await watches())[0]?.id ?? '',
    token: asked[0]?.token ?? '',
    what,
  });
  /** Time passes in steps of a second; whoever sleeps wakes and looks. */
  const pass = async (ms: number) => {
    for (let gone = 0; gone < ms; gone += 1_000) {
      clock += 1_000;
      for (const wake of slept.splice(0)) wake();
      await new Promise(resolve => setTimeout(resolve, 2));
    }
  };
  beforeEach(async () => {
    slept = [];
    await keep();
  });

  it('S68 two hundred in a minute become one look', async () => {
    const before = await wakes();
    const open = desk();
    const notice = await genuine();
    for (let n = 0; n < 200; n += 1) {
      await open.receive([notice]);
      clock += 290;
    }
    expect(await wakes()).toBe(before);
    await pass(5_000);
    expect(await wakes()).toBe(before + 1);
  });
  it('alone is looked at after three seconds', async () => {
    const before = await wakes();
    expect(await desk().receive([await genuine()])).toBe(1);
    await pass(4_000);
    expect(await wakes()).toBe(before + 1);
  });
  it.each([
    ['of an unknown subscription', { subscription: 'nobody', token: 'x'.repeat(64) }],
    ['with a wrong secret', { token: 'wrong' }],
    ['without a secret', { token: null }],
  ])('S69 %s is not acted upon', async (_name, change) => {
    const before = await wakes();
    expect(await desk().receive([{ ...(await genuine()), ...change }])).toBe(0);
    await pass(5_000);
    expect(await wakes()).toBe(before);
    expect(await watches()).toMatchObject([{ noticedAt: null }]);
  });
  it('of a subscription that has ended is not acted upon', async () => {
    const notice = await genuine();
    clock += 3 * day;
    expect(await desk().receive([notice])).toBe(0);
  });
  it('is known by its secret where the answer with the name of the subscription was lost', async () => {
    answer = () => Promise.reject(new Error('killed'));
    clock += 1.9 * day;
    await expect(keep()).rejects.toThrow('killed');
    const token = asked[1]?.token ?? '';
    expect(await desk().receive([{ subscription: 'chosen-by-the-provider', token, what: 'changed' }])).toBe(1);
  });
  it('that greets proves that the webhook works, and wakes nobody', async () => {
    const before = await wakes();
    await desk().receive([await genuine('hello')]);
    await pass(5_000);
    expect(await wakes()).toBe(before);
    expect(await watches()).toMatchObject([{ noticedAt: expect.any(Number) }]);
  });
  it('that asks for renewal makes the next run renew; until then the old one counts', async () => {
    await desk().receive([await genuine('renew')]);
    expect(await watches()).toMatchObject([{ state: 'ageing' }]);
    expect(await desk().receive([await genuine()])).toBe(1);
    await keep();
    expect(asked).toHaveLength(2);
    expect(ended).toHaveLength(1);
  });
  it('of its removal makes the next run ask anew', async () => {
    await desk().receive([await genuine('removed')]);
    expect(await watches()).toEqual([]);
    await keep();
    expect(asked).toHaveLength(2);
  });
});
