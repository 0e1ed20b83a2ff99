import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { createFolder, load, production, refusal } from './folder.ts';

const repository = join(import.meta.dirname, '../..');
const named = (name: string) => `production: { id: ${name}, name: A, timezone: Europe/London }\n`;

describe('which file is read', () => {
  it('the file of --config comes first, then $CALLBOARD_CONFIG, then ./callboard.yaml, then the default', async () => {
    const cwd = createFolder({ 'a.yaml': named('a'), 'b.yaml': named('b'), 'callboard.yaml': named('c') });
    const env = { CALLBOARD_CONFIG: 'b.yaml' };
    const idOf = async (loading: ReturnType<typeof loadConfig>) => (await loading).productions[0]?.id;
    expect(await idOf(loadConfig({ file: 'a.yaml', env, cwd }))).toBe('a');
    expect(await idOf(loadConfig({ env, cwd }))).toBe('b');
    expect(await idOf(loadConfig({ env: {}, cwd }))).toBe('c');
    expect(await idOf(loadConfig({ env: {}, cwd: createFolder() }))).toBe('production');
  });

  it('a named file that is not there stops the start, and no other is taken for it', async () => {
    const cwd = createFolder({ 'callboard.yaml': production });
    const error = await refusal(loadConfig({ file: 'none.yaml', env: {}, cwd }));
    expect(error.message).toBe('none.yaml: there is no such file');
    expect((await refusal(loadConfig({ env: { CALLBOARD_CONFIG: 'no.yaml' }, cwd }))).kind).toBe('not-found');
  });

  it('a folder in place of the file is called one, also where nobody named it', async () => {
    const cwd = createFolder();
    mkdirSync(join(cwd, 'callboard.yaml'));
    expect((await refusal(loadConfig({ env: {}, cwd }))).message).toBe(
      'callboard.yaml: is a folder, a YAML file is needed',
    );
  });
});

describe('a file that is not a configuration', () => {
  it('an empty file, or one of comments alone, asks for the production', async () => {
    for (const text of ['', '# nothing yet\n', '---\n']) {
      const error = await refusal(load(text));
      expect(error.message).toBe(
        'callboard.yaml:1: production: missing, needed is production: {id, name, timezone}, or productions: with a list of them',
      );
    }
  });

  it('a list or a text in place of the keys is refused', async () => {
    expect((await refusal(load('- a\n'))).message).toContain('callboard.yaml:1: found a list, allowed is a section');
    expect((await refusal(load('hello'))).message).toContain('found "hello", allowed is a section');
  });

  it.each([
    ['a bracket left open', `${production}sync: [1\nmail: 2\n`, 3],
    ['a key given twice', `${production}store: sqlite:a\nsync: {}\nstore: sqlite:b\n`, 4],
    ['a tab as indentation', `${production}server:\n\tport: 1\n`, 3],
    ['a second document', `${production}---\nstore: x\n`, 2],
    ['an unknown tag', `${production}store: !secret x\n`, 2],
    ['a section as a key', `${production}? { a: 1 }\n: 2\n`, 2],
  ])('%s is named with its line', async (_what, text, line) => {
    const error = await refusal(load(text));
    expect(error.kind).toBe('syntax');
    expect(error.message).toMatch(new RegExp(`^callboard.yaml:${line}: `));
  });

  it('an alias is refused, so that a small file cannot unfold into a large one', async () => {
    const error = await refusal(load(`${production}store: &s sqlite:x\nsecretsKey: *s\n`));
    expect(error.message).toContain('callboard.yaml:3: secretsKey: found an alias (*name), write the value itself');
  });

  it('bytes that are not UTF-8 are refused', async () => {
    expect((await refusal(load(Buffer.from([0x61, 0x3a, 0x20, 0xff])))).message).toContain('is not UTF-8 text');
  });

  it('a byte order mark and Windows line ends change nothing', async () => {
    const config = await load(`\ufeff${production}server:\r\n  port: 81\r\n`);
    expect(config.server.port).toBe(81);
  });

  it('of a file full of faults twenty are told and the rest counted', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `unheardOf${index}: 1\n`).join('');
    const lines = (await refusal(load(production + keys))).message.split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('callboard.yaml: and 10 more');
  });
});

it('a file of one megabyte is read whole', async () => {
  const entry = (id: number) =>
    `  - { person: C${id}, provider: ics, url: "https://feeds.test/${'x'.repeat(150)}${id}" }\n`;
  const entries = Array.from({ length: 5000 }, (_, id) => entry(id)).join('');
  expect(entries.length).toBeGreaterThan(1_000_000);
  expect((await load(`${production}calendars:\n${entries}`)).calendars).toHaveLength(5000);
});

describe('the files that come with callboard', () => {
  const env = {
    CALLBOARD_KEY: Buffer.alloc(32, 1).toString('base64'),
    SMTP_PASSWORD: 'a',
    TOBIAH_PASSWORD: 'b',
    GOOGLE_CLIENT_SECRET: 'c',
    MICROSOFT_CLIENT_SECRET: 'd',
  };
  it.each(['default', 'example', 'demo', 'container'])('config/%s.yaml is valid', async name => {
    const config = await loadConfig({ file: `config/${name}.yaml`, env, cwd: repository });
    expect(config.productions).toHaveLength(1);
  });

  it.each([
    'ZZ: 1',
    'production: { ZZ: 1 }',
    'server: { ZZ: 1 }',
    'sync: { ZZ: 1 }',
    'mail: { ZZ: 1 }',
    'publishing: { ZZ: 1 }',
    'connectors: { google: { ZZ: 1, oauth: { ZZ: 1 } } }',
    'connectors: { microsoft: { ZZ: 1 } }',
    'calendars: [{ provider: caldav, ZZ: 1 }, { provider: google, ZZ: 1 }, { provider: ics, ZZ: 1 }]',
  ])('the example shows every key that may stand beside ZZ in %s', async text => {
    const example = readFileSync(join(repository, 'config/example.yaml'), 'utf8');
    const told = (await refusal(load(text))).message.matchAll(/ZZ: unknown key, allowed is (.*)/g);
    const keys = [...told].flatMap(([, allowed = '']) => allowed.split(', '));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter(key => !new RegExp(`\\b${key}\\b`).test(example))).toEqual([]);
  });
});
