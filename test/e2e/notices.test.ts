/** What is quick here is quick by a notice: the daemon polls once an hour, unless a test says otherwise. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NoticedOffice, openNoticedOffice, providersWithNotices, tide } from './noticed-office.ts';

const soon = { timeout: 25_000, interval: 50 };
const day = 24 * 60 * 60_000;

describe.each(providersWithNotices)('a calendar of %s that tells of its changes', { timeout: 90_000 }, name => {
  let office: NoticedOffice;
  beforeEach(async () => {
    office = await openNoticedOffice(name);
    await office.start();
    await office.save('Script conference');
    await vi.waitFor(() => expect(office.provider.title()).toBe('Script conference'), soon);
    await vi.waitFor(async () => expect(await live()).toHaveLength(1), soon);
  });
  afterEach(() => office[Symbol.asyncDispose]());

  const live = async () => (await office.app.store.read(r => r.watches.all())).filter(one => one.state === 'live');
  const cards = () => office.app.store.read(r => r.findings.list(tide, 'open'));
  const isWrite = (line: string) => /^(?:POST|PATCH|PUT|DELETE) /.test(line) && !line.includes('$batch');
  /** Nothing was asked of the provider for longer than a notice waits. */
  const quiet = async () => {
    for (let still = 0; still < 35; still = office.requests().length > 0 ? 0 : still + 1) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  };
  const seen = (title: string) =>
    vi.waitFor(async () => {
      const [card] = await cards();
      expect(card?.met).toMatchObject([{ theirs: title }]);
    }, soon);

  it(`S70 has our own write’s notice come to nothing, and its owner’s edit seen within seconds (${name})`, async () => {
    await quiet();
    await office.provider.notify(office.webhook);
    await vi.waitFor(() => expect(office.requests().length).toBeGreaterThan(0), soon);
    await quiet();
    expect(await cards()).toEqual([]);
    await office.provider.retitle('Script, at last');
    await seen('Script, at last');
    expect(office.requests().filter(isWrite)).toEqual([]);
  });

  it(`S66 is asked anew after its subscription ended while the daemon was down, and the gap is read (${name})`, async () => {
    await office.stop();
    await office.provider.retitle('While you slept', true);
    office.aheadMs += 10 * day;
    await office.start();
    await seen('While you slept');
    await vi.waitFor(async () => {
      const [one] = await live();
      expect(one?.expiresAt).toBeGreaterThan(office.app.runtime.now());
    }, soon);
    await office.provider.retitle('And awake');
    await seen('And awake');
  });

  it(`S67 is read by the poll when notices never come (${name})`, async () => {
    await office.stop();
    await office.start('2s');
    await vi.waitFor(() => expect(office.requests().length).toBeGreaterThan(0), soon);
    await office.provider.retitle('Nobody told you', true);
    await seen('Nobody told you');
  });

  it(`S68 makes one look of two hundred notices (${name})`, async () => {
    await quiet();
    const all = await Promise.all(Array.from({ length: 200 }, () => office.provider.notify(office.webhook)));
    expect(new Set(all.map(status => Math.floor(status / 100)))).toEqual(new Set([2]));
    await new Promise(resolve => setTimeout(resolve, 5_000));
    const reads = office.requests();
    expect(reads.filter(line => /delta|syncToken/.test(line)).length).toBeLessThanOrEqual(1);
    expect(reads.length).toBeGreaterThan(0);
  });

  it(`S69 does not look for a notice with another secret (${name})`, async () => {
    await quiet();
    expect(await office.provider.notify(office.webhook, 'forged')).toBe(404);
    await quiet();
    expect(office.requests()).toEqual([]);
    expect(office.provider.subscriptions()).toBe(1);
  });
});
