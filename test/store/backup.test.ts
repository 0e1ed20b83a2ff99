import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { contentsOf, fill } from './filled.ts';
import { calendarId, event, eventId, plant, production, versionOf } from './samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'callboard-backup-'));
const whole = join(folder, 'whole.backup');
const calendarHome = calendarId('C06-caldav');

beforeAll(async () => {
  await using store = await openStore('sqlite::memory:');
  await fill(store);
  await store.backup(whole);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a backup', () => {
  it('brings an empty store to the same contents', async () => {
    await using source = await openStore('sqlite::memory:');
    await fill(source);
    await using target = await openStore('sqlite::memory:');
    await target.restore(whole);
    expect(await contentsOf(target)).toEqual(await contentsOf(source));
  });

  it('takes back what was done since, and the revision still rises', async () => {
    await using store = await openStore(`sqlite:${join(folder, 'back.db')}`);
    await store.restore(whole);
    const before = await contentsOf(store);
    await store.write(async ({ schedule, meta }) => {
      const later = event('E009');
      await schedule.putEvent(later, versionOf(later), null);
      await meta.put('since', 'then');
    });
    const between = await contentsOf(store);
    await store.restore(whole);
    const after = await contentsOf(store);
    expect(after.rows).toEqual(before.rows);
    expect(after.snapshot.events.has(eventId('E009'))).toBe(false);
    expect(after.snapshot.revision).toBeGreaterThan(between.snapshot.revision);
  });

  it('restored by one process is seen by another that has it open', async () => {
    const url = `sqlite:${join(folder, 'two.db')}`;
    await using one = await openStore(url);
    await using two = await openStore(url);
    await one.write(repositories => plant(repositories, 'E008'));
    await two.read(({ schedule }) => schedule.snapshot(production));
    await one.restore(whole);
    const seen = await two.read(({ schedule }) => schedule.snapshot(production));
    expect([...seen.events.keys()]).toEqual(['E001', 'E002']);
  });

  it('is one state while others write', async () => {
    await using store = await openStore(`sqlite:${join(folder, 'busy.db')}`);
    await fill(store, 20_000);
    let going = true;
    const writing = (async () => {
      for (let n = 0; going; n += 1) {
        await store.write(async ({ calendars, meta }) => {
          await meta.put('n', String(n));
          await calendars.patch(calendarHome, { failures: n });
        });
        // SQLite answers without waiting: the file being written needs a turn.
        await new Promise(resolve => setImmediate(resolve));
      }
      return store.read(({ meta }) => meta.get('n'));
    })();
    await store.backup(join(folder, 'busy.backup'));
    going = false;
    const written = Number(await writing);
    await store.restore(join(folder, 'busy.backup'));
    await store.read(async ({ calendars, meta }) => {
      const counted = Number((await meta.get('n')) ?? -1);
      const { failures } = (await calendars.get(calendarHome)) ?? {};
      expect(counted === -1 ? 3 : counted).toBe(failures);
      expect(counted).toBeLessThan(written);
    });
  });

  it('may be read only by its owner, and leaves no half-written file', async () => {
    expect(statSync(whole).mode & 0o777).toBe(0o600);
    await using store = await openStore('sqlite::memory:');
    const nowhere = store.backup(join(folder, 'no', 'such', 'folder.backup'));
    await expect(nowhere).rejects.toMatchObject({ kind: 'unusable' });
    expect(readdirSync(folder).filter(name => name.endsWith('.unfinished'))).toEqual([]);
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });
});

describe('a file that is no good backup', () => {
  const lines = () => gunzipSync(readFileSync(whole)).toString().trimEnd().split('\n');
  const packed = (all: readonly string[]) => gzipSync(`${all.join('\n')}\n`);
  const header = (version: number) => JSON.stringify({ format: 'callboard-backup', version });

  const broken: Readonly<Record<string, () => Buffer | string>> = {
    empty: () => '',
    text: () => 'Dear diary',
    foreign: () => gzipSync('{"hello":"world"}\n'),
    'not JSON': () => packed([...lines().slice(0, 5), 'oops', ...lines().slice(5)]),
    'cut short': () => readFileSync(whole).subarray(0, -40),
    'cut short between two lines': () => packed(lines().slice(0, -1)),
    'without some rows': () =>
      packed(
        lines().toSpliced(
          lines().findIndex(line => line.startsWith('[')),
          1,
        ),
      ),
    'with a flipped byte': () => flipped(readFileSync(whole)),
    'with a table of its own': () => packed([header(1), '{"table":"passwords","columns":[]}', '{"rows":0}']),
    'with a table missing': () => packed([header(1), '{"rows":0}']),
    'with an unknown column': () => packed(lines().map(line => line.replace('"zone"', '"colour"'))),
    'with a row too short': () => packed(lines().map(line => line.replace('["TIDE",', '['))),
    'written by a newer callboard': () => packed([header(99), ...lines().slice(1)]),
  };

  it.each(Object.keys(broken))('%s: is refused, and nothing changes', async name => {
    const file = join(folder, `${name}.broken`);
    writeFileSync(file, broken[name]?.() ?? '');
    await using store = await openStore('sqlite::memory:');
    await store.write(repositories => plant(repositories, 'E001'));
    const before = await store.read(({ schedule }) => schedule.snapshot(production));
    const message = expect.stringMatching(/^[^\n]+$/);
    await expect(store.restore(file)).rejects.toMatchObject({ kind: 'unusable', message });
    const after = await store.read(({ schedule }) => schedule.snapshot(production));
    expect(after).toEqual(before);
    const counts = await store.read(({ meta }) => meta.counts());
    expect([counts.events, counts.productions]).toEqual([1, 1]);
  });

  it('missing altogether: is refused', async () => {
    await using store = await openStore('sqlite::memory:');
    await expect(store.restore(join(folder, 'none'))).rejects.toMatchObject({ kind: 'unusable' });
  });
});

function flipped(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x55, at);
  return bytes;
}
