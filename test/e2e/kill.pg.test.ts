import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../real/peer.ts';
import { startPostgres } from '../real/postgres.ts';
import { surviveKills } from './kill-suite.ts';

describeWith(['postgres', 'initdb'], 'kill -9 on PostgreSQL', () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  it('S35 S72 a process killed a hundred times loses and doubles nothing, on PostgreSQL', async () => {
    const url = await postgres.create('kills');
    expect((await surviveKills(() => url, 100)).humanEdits).toBeGreaterThan(15);
  }, 300_000);
});
