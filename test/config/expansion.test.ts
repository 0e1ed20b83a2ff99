// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in single quotes are what is tested here
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { createFolder, load, production, refusal } from './folder.ts';

describe('references', () => {
  it('${NAME} takes an environment variable, alone and inside a longer text', async () => {
    const config = await load(`${production}store: postgres://office:\${PW}@\${HOST}:5432/board\n`, {
      PW: 'a',
      HOST: 'h',
    });
    expect(config.store).toBe('postgres://office:a@h:5432/board');
  });

  it('a number may come from the environment', async () => {
    expect((await load(`${production}server: { port: "\${PORT}" }\n`, { PORT: '0' })).server.port).toBe(0);
    expect((await load(`${production}server:\n  port: \${PORT}\n`, { PORT: '8443' })).server.port).toBe(8443);
  });

  it('a password of digits stays a text', async () => {
    const entry =
      'calendars: [{ person: C1, provider: caldav, url: "https://a.test/", username: u, password: "${PW}" }]';
    expect((await load(production + entry, { PW: '0123' })).calendars[0]?.password).toBe('0123');
  });

  it('${file:PATH} takes the content of a file beside the configuration, without the line end', async () => {
    const cwd = createFolder({
      'callboard.yaml': `${production}store: sqlite:\${file:name.txt}\n`,
      'name.txt': ' a b\n\n',
    });
    expect((await loadConfig({ file: `${cwd}/callboard.yaml`, env: {}, cwd: '/' })).store).toBe('sqlite: a b');
  });

  it('$${ stands for the characters, and what a variable holds is not expanded again', async () => {
    expect((await load(`${production}store: "sqlite:$\${A}"\n`)).store).toBe('sqlite:${A}');
    expect((await load(`${production}store: "sqlite:\${A}"\n`, { A: '${B}', B: 'no' })).store).toBe('sqlite:${B}');
  });

  it.each([
    ['a variable that is not set', 'sqlite:${NONE}', 'the environment variable NONE is not set'],
    ['a file that is not there', '${file:none.txt}', 'the file of ${file:none.txt} cannot be read (ENOENT)'],
    ['a folder as a file', '${file:.}', 'the file of ${file:.} cannot be read (EISDIR)'],
    ['a name that cannot be one', '${a-b}', 'found ${a-b}, allowed is ${NAME}'],
    ['a name left empty', '${}', 'found ${}, allowed is ${NAME}'],
    ['a brace left open', 'x${A', 'a "${" without its "}"'],
  ])('%s stops the start, once and with its line', async (_what, value, told) => {
    const error = await refusal(load(`${production}\nstore: "${value}"\n`, { A: 'x' }));
    expect(error.problems).toHaveLength(1);
    expect(error.message).toContain(`callboard.yaml:3: store: ${told}`);
  });
});

describe('secrets in errors', () => {
  const secret = 'hunter2-very-secret';

  it('a value behind a reference is never shown, only the reference', async () => {
    const text = `${production}store: "mysql://a:\${PW}@h"\nserver: { port: "\${PW}", host: ["\${PW}"] }\nmail: { quietHours: "\${PW}" }\n`;
    const { message } = await refusal(load(text, { PW: secret }));
    expect(message).not.toContain('hunter2');
    expect(message).toContain('callboard.yaml:2: store: found ${PW}, allowed is sqlite:FILE');
    expect(message).toContain('callboard.yaml:3: server.port: found ${PW}, allowed is a whole number');
  });

  it.each([
    ['a key', `secretsKey: ${secret}`],
    ['a password', `calendars: [{ person: C1, provider: ics, password: [${secret}] }]`],
    ['a number as password', 'calendars: [{ person: C1, provider: caldav, url: "https://a.test", password: 4711 }]'],
    ['a store address', `store: mysql://office:${secret}@host/db`],
    ['a broken address', `store: "mysql:office:${secret}@host"`],
    ['a transport', `mail: { transport: "ftp://office:${secret}@host/${secret}" }`],
    [
      'a feed with its secret path',
      `calendars: [{ person: C1, provider: ics, url: "http://feeds.test/${secret}/basic.ics" }]`,
    ],
    ['a user in an address', `calendars: [{ person: C1, provider: caldav, url: "https://u:${secret}@a.test/" }]`],
    ['a file of secrets', 'secretsKey: ${file:key.txt}'],
  ])('%s typed wrong into the file is not repeated', async (_what, text) => {
    const cwd = createFolder({ 'callboard.yaml': production + text, 'key.txt': secret });
    const { message } = await refusal(loadConfig({ env: {}, cwd }));
    expect(message).not.toMatch(/hunter2|4711/);
  });
});
