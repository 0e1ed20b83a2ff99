import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { plant, production } from './samples.ts';
import { storeSuite } from './store-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'callboard-sqlite-'));
let files = 0;
const freshFile = () => {
  files += 1;
  return join(folder, `${files}.db`);
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

storeSuite('SQLite in a file', async () => `sqlite:${freshFile()}`, true);
storeSuite('SQLite in memory', async () => 'sqlite::memory:', false);

describe('a SQLite address', () => {
  const refused = (url: string) => expect(openStore(url)).rejects;

  it('makes the folder, and a file that only its owner may read', async () => {
    const path = join(folder, 'a', 'b', 'new.db');
    await using store = await openStore(`sqlite:${path}`);
    await store.write(({ meta }) => meta.put('a', 'b'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  });

  it('keeps what was written when it is closed and opened again', async () => {
    const url = `sqlite:${freshFile()}`;
    {
      await using store = await openStore(url);
      await store.write(repositories => plant(repositories, 'E001'));
    }
    await using again = await openStore(url);
    const snapshot = await again.read(({ schedule }) => schedule.snapshot(production));
    expect([...snapshot.events.keys()]).toEqual(['E001']);
  });

  it('of something else is refused in one line', async () => {
    await refused('mysql://x').toMatchObject({ kind: 'unusable' });
    await refused('sqlite:').toMatchObject({ kind: 'unusable' });
    const text = freshFile();
    writeFileSync(text, 'Dear diary, this is no database at all. '.repeat(200));
    await refused(`sqlite:${text}`).toMatchObject({ kind: 'unusable', message: `${text} is not a database file` });
    await refused(`sqlite:${text}/below.db`).toMatchObject({ kind: 'unusable' });
    const directory = join(folder, 'directory.db');
    mkdirSync(directory);
    await refused(`sqlite:${directory}`).toMatchObject({
      kind: 'unusable',
      message: expect.not.stringContaining('\n'),
    });
  });

  it('of another program’s database is refused, and that is left as it was', async () => {
    const path = freshFile();
    const foreign = new DatabaseSync(path);
    foreign.exec('create table notes (text)');
    foreign.close();
    const message = `${path} is a database of another program`;
    await refused(`sqlite:${path}`).toMatchObject({ kind: 'unusable', message });
    const look = new DatabaseSync(path);
    expect(look.prepare('select name from sqlite_schema').all()).toEqual([{ name: 'notes' }]);
    look.close();
  });

  it('of a newer callboard’s database is refused', async () => {
    const path = freshFile();
    await (await openStore(`sqlite:${path}`))[Symbol.asyncDispose]();
    const later = new DatabaseSync(path);
    later.exec(`insert into migrations (number, name) values (999, 'later')`);
    later.close();
    await refused(`sqlite:${path}`).toMatchObject({ kind: 'unusable', message: expect.stringContaining('newer') });
  });

  it('is sound after a process was killed in the middle of a write', async () => {
    const path = freshFile();
    await (await openStore(`sqlite:${path}`))[Symbol.asyncDispose]();
    const script = `
      import { openStore } from '${join(import.meta.dirname, '../../src/store/open.ts')}';
      const store = await openStore('sqlite:${path}');
      await store.write(({ meta }) => meta.put('kept', '1'));
      await store.write(async ({ meta }) => { await meta.put('kept', '2'); process.kill(process.pid, 'SIGKILL'); });`;
    expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' })).toThrow();
    await using store = await openStore(`sqlite:${path}`);
    expect(await store.read(({ meta }) => meta.get('kept'))).toBe('1');
  });
});
