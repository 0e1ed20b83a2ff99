/** The command line in this process: its help, its shared options, its words for a failure. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import type { LogLevel } from '../../src/runtime/env.ts';
import { createLog } from '../../src/runtime/log.ts';
import { systemRuntime } from '../../src/runtime/system.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'callboard-cli-'));
});
afterAll(() => rm(cwd, { recursive: true }));

async function run(line: string, env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const levels: LogLevel[] = [];
  const code = await runCommandLine(line.split(' ').filter(Boolean), {
    streams: {
      out: { write: (text: string) => out.push(text) > 0 },
      err: { write: (text: string) => err.push(text) > 0, isTTY: false },
    },
    env,
    cwd,
    signal: new AbortController().signal,
    runtime: level => {
      levels.push(level);
      return systemRuntime(createLog('silent'));
    },
  });
  return { code, out: out.join(''), err: err.join(''), levels };
}

const names = commands.map(({ usage }) => usage.replace(/ [<[].*/, ''));

describe('help', () => {
  it.each(names)('callboard %s --help says what it does and all it takes', async name => {
    const entry = commands.find(({ usage }) => usage.startsWith(name));
    const { code, out, err } = await run(`${name} --help`);
    expect([code, err]).toEqual([0, '']);
    for (const { flags } of entry?.options ?? []) expect(out).toContain(flags);
    for (const shared of ['--config', '--json', '--production']) expect(out).toContain(shared);
    expect(out).toContain(`Usage: callboard ${name}`);
  });

  it('names every command of the contract', async () => {
    const { out } = await run('--help');
    for (const name of names) expect(out).toContain(`  ${name.split(' ')[0]}`);
    expect([...new Set(names.map(name => name.split(' ')[0]))].sort()).toEqual(
      'backup calendars check conflicts demo doctor export import mail restore serve status sync token worker'.split(
        ' ',
      ),
    );
  });

  it('without a command, and after a mistake, is at hand; both are wrong usage', async () => {
    expect(await run('')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage: callboard') });
    const { code, out, err } = await run('calendars lst');
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe("callboard: unknown command 'lst'\n(Did you mean list?)\n(--help shows what there is)\n");
  });
});

describe('what all commands share', () => {
  it('stands before the command or after it', async () => {
    for (const line of [
      '--json --config no.yaml status',
      'status --json --config no.yaml',
      '--json status --config no.yaml',
    ]) {
      expect(await run(line), line).toMatchObject({
        code: 1,
        out: '',
        err: 'callboard: no.yaml: there is no such file\n',
      });
    }
  });

  it('a command logs what is broken, the daemon what it does; CALLBOARD_LOG decides otherwise', async () => {
    expect((await run('status --config no.yaml')).levels).toEqual(['error']);
    expect((await run('serve --config no.yaml')).levels).toEqual(['info']);
    expect((await run('status --config no.yaml', { CALLBOARD_LOG: 'debug' })).levels).toEqual(['debug']);
    const wrong = await run('status', { CALLBOARD_LOG: 'loud' });
    expect(wrong).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^callboard: CALLBOARD_LOG is "loud", allowed is/),
    });
  });

  it('a value that is empty or steers the terminal is named as wrong, and does not', async () => {
    expect((await run('conflicts resolve F1 --take theirs --by= ')).err).toContain('It is empty.');
    expect((await run('st\u001b[2Jtus')).err).not.toContain('\u001b');
    expect((await run('status --config \u001b[2J.yaml')).err).toBe('callboard: [2J.yaml: there is no such file\n');
  });

  it('a command line that makes no sense touches nothing', async () => {
    for (const line of [
      'sync',
      'mail release',
      'calendars release',
      'conflicts resolve F1 --take x --by B',
      'export --format csv --out a.csv',
    ]) {
      expect((await run(line)).code, line).toBe(2);
    }
    expect(await readdir(cwd)).toEqual([]);
  });
});
