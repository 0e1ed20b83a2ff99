import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { surviveKills } from './kill-suite.ts';

it('S35 S72 a process killed a hundred times loses and doubles nothing, on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callboard-kill-'));
  const file = join(folder, 'c.db');
  try {
    const report = await surviveKills(() => `sqlite:${file}`, 100);
    expect(report.humanEdits).toBeGreaterThan(15);
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    database.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}, 300_000);
