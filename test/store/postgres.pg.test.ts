import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { describeWith } from '../real/peer.ts';
import { type RealPostgres, startPostgres } from '../real/postgres.ts';
import { contentsOf, fill } from './filled.ts';
import { plant, production } from './samples.ts';
import { storeSuite } from './store-suite.ts';

describeWith(['initdb', 'postgres'], 'PostgreSQL', () => {
  let server: RealPostgres;
  let databases = 0;
  const fresh = () => {
    databases += 1;
    return server.create(`store${databases}`);
  };

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  storeSuite('the store', fresh, true);

  describe('an address', () => {
    const refused = (url: string) => expect(openStore(url)).rejects;

    it('that leads nowhere is refused in one line, without the password', async () => {
      const right = server.url();
      const wrongPassword = refused(right.replace(':callboard@', ':s3cret@'));
      await wrongPassword.toMatchObject({ kind: 'unusable', message: expect.stringMatching(/refuses this user/) });
      const error = await openStore(right.replace(':callboard@', ':s3cret@')).catch(caught => caught);
      expect(`${error.message}`).not.toMatch(/s3cret|\n/);
      await refused(server.url('nobody')).toMatchObject({ message: expect.stringMatching(/no database of that name/) });
      await refused('postgres://a:s3cret@127.0.0.1:1/x').toMatchObject({
        kind: 'unusable',
        message: 'PostgreSQL at 127.0.0.1:1/x cannot be reached (ECONNREFUSED)',
      });
      await refused('postgres://a:s3:cret@:x').toMatchObject({ message: expect.not.stringContaining('cret') });
    });

    it('of a newer callboard’s database is refused', async () => {
      const url = await fresh();
      await (await openStore(url))[Symbol.asyncDispose]();
      await query(url, `insert into migrations values (999, 'later')`);
      await refused(url).toMatchObject({ kind: 'unusable', message: expect.stringContaining('newer') });
    });
  });

  it('a connection lost inside a write fails that write alone', async () => {
    const url = await fresh();
    await using store = await openStore(url);
    const cut = store.write(async ({ meta }) => {
      await meta.put('a', '1');
      await query(url, 'select pg_terminate_backend(pid) from pg_locks where locktype = $$advisory$$');
      await meta.put('a', '2');
    });
    await expect(cut).rejects.toMatchObject({ kind: 'unusable' });
    await store.write(({ meta }) => meta.put('b', '1'));
    expect(await store.read(({ meta }) => meta.get('a'))).toBeNull();
  });

  describe('backups', () => {
    const folder = mkdtempSync(join(tmpdir(), 'callboard-backup-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(['SQLite to PostgreSQL', 'PostgreSQL to SQLite'])('carry everything from %s', async way => {
      const urls = [`sqlite:${join(folder, `${way}.db`)}`, await fresh()];
      if (way.startsWith('PostgreSQL')) urls.reverse();
      const [from = '', to = ''] = urls;
      await using source = await openStore(from);
      await using target = await openStore(to);
      await fill(source);
      const file = join(folder, `${way}.backup`);
      await source.backup(file);
      await target.restore(file);
      expect(await contentsOf(target)).toEqual(await contentsOf(source));
      const again = join(folder, `${way} again.backup`);
      await target.backup(again);
      await source.restore(again);
      expect((await contentsOf(source)).rows).toEqual((await contentsOf(target)).rows);
    });

    it('are one state while others write', async () => {
      await using store = await openStore(await fresh());
      await store.write(repositories => plant(repositories, 'E001'));
      const writing = (async () => {
        for (let n = 0; n < 100; n += 1) {
          await store.write(async ({ meta }) => {
            await meta.put('zz', String(n));
            await meta.put('aa', String(n));
          });
        }
      })();
      const file = join(folder, 'busy.backup');
      await store.backup(file);
      await writing;
      await store.restore(file);
      await store.read(async ({ meta, schedule }) => {
        expect(await meta.get('aa')).toBe(await meta.get('zz'));
        expect((await schedule.snapshot(production)).events.size).toBe(1);
      });
    });
  });
});

async function query(url: string, text: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(text);
  await client.end();
}
