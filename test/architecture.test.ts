/** The rules of design.md section 2 and style.md section 1.3 that a program can check. Each failure names file and line. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  find,
  functionsOf,
  type Import,
  lineAt,
  parseSource,
  partners,
  readSources,
  root,
  type Source,
} from './architecture/source.ts';

const sources = readSources('src/**/*.ts', 'connectors/**/*.ts');
const tests = readSources('test/**/*.ts');
const byPath = new Map(sources.map(source => [source.path, source]));

/** Room → rooms it may import. What is not listed may not be. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  model: [],
  runtime: ['model'],
  clash: ['model'],
  ical: ['model'],
  config: ['model', 'runtime'],
  store: ['model', 'runtime'],
  'sync (pure)': ['model', 'sync contract', 'ical'],
  'sync contract': ['model', 'runtime'],
  // An edit seen in a calendar becomes an edit of the schedule: design.md section 1, the arrow to its left.
  sync: ['store', 'model', 'runtime', 'ical', 'clash', 'schedule', 'sync (pure)', 'sync contract'],
  schedule: ['store', 'model', 'runtime', 'ical', 'clash'],
  // An answer that comes by mail is put on record by the schedule's one door, as one seen in a calendar is.
  mail: ['store', 'model', 'runtime', 'ical', 'clash', 'schedule', 'mail contract'],
  // What a provider's mailbox must be, to send from or to read, as sync/connector.ts says it of its calendars.
  'mail contract': ['model'],
  jobs: ['store', 'model', 'runtime', 'ical', 'clash'],
  connectors: ['model', 'runtime', 'ical', 'sync contract', 'mail contract'],
  http: [
    'schedule',
    'sync',
    'sync (pure)',
    'sync contract',
    'mail',
    'mail contract',
    'clash',
    'jobs',
    'config',
    'store',
    'model',
    'runtime',
    'ical',
  ],
  // The two roots beside the commands: app.ts puts the parts together, daemon.ts keeps them running.
  daemon: [
    'app',
    'http',
    'jobs',
    'mail',
    'mail contract',
    'sync',
    'sync (pure)',
    'sync contract',
    'model',
    'runtime',
    'store',
    'config',
  ],
  version: ['package'],
  cli: [
    'app',
    'daemon',
    'version',
    'schedule',
    'sync',
    'sync (pure)',
    'sync contract',
    'mail',
    'mail contract',
    'clash',
    'jobs',
    'config',
    'store',
    'model',
    'runtime',
    'ical',
  ],
  main: ['cli', 'config', 'runtime'],
};

const pureSync = /^src\/sync\/(?:project|merge|plan|guard)\.ts$/;
const pure = (path: string) =>
  /^src\/(?:model|clash|ical)\//.test(path) ||
  pureSync.test(path) ||
  /^src\/mail\/(?:told|statement|compose|routing|inbox\/answer|inbox\/sender)\.ts$/.test(path);

/** The pure files, and every file of ours from which they take values: a helper of theirs must be pure as well. */
const pureSources = closureOf(sources.filter(({ path }) => pure(path)));
const pureFiles = new Set([...pureSources].map(({ path }) => path));

function closureOf(start: readonly Source[]): Set<Source> {
  const found = new Set(start);
  for (const source of found) {
    for (const { target, typeOnly } of source.imports) {
      const used = byPath.get(target);
      if (used && !typeOnly) found.add(used);
    }
  }
  return found;
}

function roomOf(path: string): string {
  if (/^src\/sync\/(?:connector|remote-error)\.ts$/.test(path)) return 'sync contract';
  if (/^src\/mail\/(?:mail-error|transports\/transport|inbox\/inbox)\.ts$/.test(path)) return 'mail contract';
  if (pureSync.test(path) || (path.startsWith('src/sync/') && pureFiles.has(path))) return 'sync (pure)';
  if (path === 'connectors/registry.ts') return 'registry';
  return /^(?:src\/)?([^/.]+)/.exec(path)?.[1] ?? path;
}

/** The rule an import breaks, or null. */
function importFault(path: string, { target, own, typeOnly }: Import): string | null {
  if (!own) return null;
  const [from, to] = [roomOf(path), roomOf(target)];
  if (to === 'test') return 'nothing of the product imports a test';
  if (to === 'registry') return path === 'src/app.ts' ? null : 'only src/app.ts imports the registry';
  if (from === 'registry')
    return ['connectors', 'sync contract', 'mail contract', 'model'].includes(to)
      ? null
      : 'the registry only lists connectors';
  if (from === 'app') return to === 'cli' || to === 'main' ? 'the composition root knows no commands' : null;
  if (from === 'connectors' && to === 'connectors') {
    const [, home, deeper] = path.split('/');
    const [, place, inside] = target.split('/');
    const common = inside === undefined;
    // A sandbox speaks its connector's wire form: one reading of a path, one writing of XML.
    if (home === 'sandbox' && /^(?:href|xml)\.ts$/.test(inside ?? '')) return null;
    return common || (deeper !== undefined && home === place) ? null : 'a connector imports no other connector';
  }
  if (from === to) return null;
  if (/^src\/cli\/demo/.test(path) && target.startsWith('connectors/sandbox/')) return null;
  if (to === 'runtime' && typeOnly && from !== 'model') return null;
  return rooms[from]?.includes(to) ? null : `${from} may not import ${to}`;
}

const all = <T>(files: readonly Source[], look: (source: Source) => readonly T[], say: (found: T) => string) =>
  files.flatMap(source => look(source).map(found => `${source.path}:${say(found)}`));

const findAll = (files: readonly Source[], pattern: RegExp, where: 'code' | 'spoken' = 'code') =>
  all(
    files,
    source => find(source[where], pattern),
    ({ line, text }) => `${line}: ${text}`,
  );

/** Circles in imports of values, each once, as `a → b → a`. */
function circles(files: readonly Source[]): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) found.add([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const { target, typeOnly } of files.find(file => file.path === path)?.imports ?? []) {
      if (!typeOnly) walk(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  return [...found];
}

describe('imports run one way', () => {
  it('each room imports only what its place in the table allows', () => {
    const look = (source: Source) =>
      source.imports.flatMap(one => {
        const fault = importFault(source.path, one);
        return fault ? [`${one.line}: ${one.target} (${fault})`] : [];
      });
    expect(all(sources, look, String)).toEqual([]);
  });

  it('every import of ours names a file that is there', () => {
    const missing = (source: Source) =>
      source.imports.filter(({ target, own }) => own && !existsSync(join(root, target)));
    expect(all(sources, missing, ({ line, target }) => `${line}: ${target}`)).toEqual([]);
  });

  it('no file needs itself by way of others', () => {
    expect(circles(sources)).toEqual([]);
  });
});

describe('pure files decide and do nothing', () => {
  it('they wait for nothing', () => {
    expect(findAll([...pureSources], /\b(?:async|await|Promise)\b/)).toEqual([]);
  });

  it('they take no store, no runtime and nothing of the machine', () => {
    const outside =
      /^(?:node:(?:fs|net|http|https|http2|tls|dns|dgram|child_process|worker_threads|timers|process|sqlite)(?:\/.*)?|pg|kysely|fastify|nodemailer|pino)$/;
    const fault = ({ target, typeOnly }: Import) =>
      /^src\/(?:store|config)\//.test(target) ||
      (!typeOnly && (target.startsWith('src/runtime/') || outside.test(target)));
    const look = (source: Source) => source.imports.filter(fault);
    expect(all([...pureSources], look, ({ line, target }) => `${line}: ${target}`)).toEqual([]);
  });
});

describe('chance comes through one door', () => {
  const elsewhere = sources.filter(({ path }) => !/^src\/(?:runtime|config)\//.test(path));

  it('the clock, timers and the environment are read in src/runtime and src/config alone', () => {
    const clock =
      /\bDate\.now\b|\bnew Date(?:\(\s*\)|(?!\s*\(|\w))|\bTemporal\.Now\b|\bperformance\.now\b|\bhrtime\b|\bprocess\.env\b/;
    expect(findAll(elsewhere, clock)).toEqual([]);
    expect(findAll(elsewhere, /\bset(?:Timeout|Interval|Immediate)\b/)).toEqual([]);
  });

  it('random numbers and ids are drawn in src/runtime and src/config alone', () => {
    expect(
      findAll(elsewhere, /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\brandomInt\b|\bgetRandomValues\b/),
    ).toEqual([]);
  });
});

describe('words stay in their rooms', () => {
  it('what only one SQL dialect knows stands in src/store/dialect', () => {
    const words =
      /['"](?:node:sqlite|pg)['"]|\b(?:Sqlite|Postgres)(?:Dialect|Adapter|QueryCompiler|Introspector)\b|\bpragma\b|\bsqlite_master\b|\binformation_schema\b|\bpg_[a-z]+\b|\bbegin immediate\b|\bvacuum into\b/i;
    const others = sources.filter(({ path }) => path.startsWith('src/') && !path.startsWith('src/store/dialect/'));
    expect(findAll(others, words, 'spoken')).toEqual([]);
  });

  it('no provider is named where synchronisation is decided', () => {
    const engine = sources.filter(({ path }) => path.startsWith('src/sync/'));
    expect(findAll(engine, /\w*(?:google|microsoft|caldav|outlook)\w*|\bgraph\b/i, 'spoken')).toEqual([]);
  });
});

describe('sizes', () => {
  it('no source file is longer than 400 lines', () => {
    expect(sources.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });

  it('no function is longer than 70 lines', () => {
    const long = (source: Source) => functionsOf(source.code).filter(({ lines }) => lines > 70);
    expect(all(sources, long, ({ line, lines }) => `${line}: ${lines} lines`)).toEqual([]);
  });
});

/** `describe` and `it` titles in one string: what the report of a run shows. */
function namesOf({ path, code, spoken }: Source): { name: string; place: string }[] {
  const partner = partners(code);
  const calls = [
    ...code.matchAll(/\b(describe|describeWith|it|test)(?:\.(?:only|skip|sequential|concurrent|each))?\s*\(/g),
  ].flatMap(match => {
    const first = match.index + match[0].length - 1;
    const firstEnd = partner.get(first) ?? first;
    // Of `it.each(table)(title, …)` the title is in the second pair of brackets.
    const open = match[0].includes('.each') ? code.indexOf('(', firstEnd) : first;
    const end = partner.get(open) ?? open;
    const title = /^\(\s*(?:\[[^\]]*\]\s*,\s*)?(['"`])((?:\\.|(?!\1).)*)\1/s.exec(spoken.slice(open, end + 1))?.[2];
    return title === undefined ? [] : [{ title, open, end, group: match[1]?.startsWith('describe') ?? false }];
  });
  return calls
    .filter(({ group }) => !group)
    .map(({ title, open }) => {
      const around = calls.filter(call => call.group && call.open < open && open < call.end);
      return { name: [...around.map(call => call.title), title].join(' > '), place: `${path}:${lineAt(code, open)}` };
    });
}

describe('tests', () => {
  it('no two have the same name', () => {
    const places = Map.groupBy(tests.flatMap(namesOf), ({ name }) => name);
    const twice = [...places].filter(([, found]) => found.length > 1);
    expect(twice.map(([name, found]) => `${name}: ${found.map(({ place }) => place).join(', ')}`)).toEqual([]);
  });
});

describe('the reader behind these rules', () => {
  const parse = (text: string) => parseSource('src/sync/x.ts', text);

  it('sees code, and neither comments, texts nor regular expressions', () => {
    const text = [
      'const a = "Date.now"; // Date.now',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source text for the reader
      "const b = `x ${f(`Date.now ${g({ k: '}' })}`)} Date.now`; /* Date.now */",
      'const c = /["\'`/]Date.now/.test(d) ? e / f : 1 / 2;',
      'const h = Date.now;',
    ].join('\n');
    expect(find(parse(text).code, /Date\.now/)).toEqual([{ line: 4, text: 'Date.now' }]);
    expect(find(parse(text).spoken, /Date\.now/)).toHaveLength(5);
  });

  it('finds every form of import, and which of them leave no trace at run time', () => {
    const text = [
      "import type { A } from '../model/a.ts';",
      "import { type B } from './b.ts';",
      "import { c, type D } from './c.ts';",
      "import * as e from 'e';",
      "import './f.ts';",
      "export { g } from './g.ts';",
      "export type { H } from './h.ts';",
      "const i = await import('./i.ts');",
      'const j = "import k from \'./k.ts\'";',
      "import {\n  l,\n} from './l.ts';",
    ].join('\n');
    expect(
      parse(text).imports.map(({ target, typeOnly, line }) => `${line} ${target}${typeOnly ? ' type' : ''}`),
    ).toEqual([
      '1 src/model/a.ts type',
      '2 src/sync/b.ts type',
      '3 src/sync/c.ts',
      '4 e',
      '5 src/sync/f.ts',
      '6 src/sync/g.ts',
      '7 src/sync/h.ts type',
      '8 src/sync/i.ts',
      '10 src/sync/l.ts',
    ]);
  });

  it('measures functions of every form, and no loops or types', () => {
    const body = '\n\n';
    const longest = (text: string) => Math.max(0, ...functionsOf(parse(text).code).map(({ lines }) => lines));
    expect(longest(`function a(b: () => void): Promise<C> {${body}}`)).toBe(3);
    expect(longest(`function a(): { b: number } | null {${body}}`)).toBe(3);
    expect(longest(`function a<T extends B>(b: T): { b: number }[] {${body}}`)).toBe(3);
    expect(longest(`class A { async b() {${body}} }`)).toBe(3);
    expect(longest(`const a = async (b: C) => {${body}};`)).toBe(3);
    expect(longest(`const a = () => ({${body}});`)).toBe(3);
    expect(
      longest(`for (const a of b) {${body}}\nif (a) {${body}}\ntype T = {${body}};\nconst s = z({${body}});`),
    ).toBe(0);
  });

  it('knows what each room may import', () => {
    const fault = (path: string, target: string) =>
      importFault(path, { target, own: true, typeOnly: true, line: 1 }) !== null;
    const allowed = [
      ['src/sync/plan.ts', 'src/model/face.ts'],
      ['src/sync/reconcile.ts', 'src/sync/plan.ts'],
      ['connectors/caldav/client.ts', 'src/sync/remote-error.ts'],
      ['connectors/google/mail.ts', 'src/mail/transports/transport.ts'],
      ['connectors/registry.ts', 'connectors/caldav/index.ts'],
      ['src/app.ts', 'connectors/registry.ts'],
      ['src/cli/demo.ts', 'connectors/sandbox/caldav-server.ts'],
      ['src/http/events.ts', 'src/schedule/edit.ts'],
    ] as const;
    const refused = [
      ['src/model/face.ts', 'src/clash/rules.ts'],
      ['src/sync/plan.ts', 'src/sync/reconcile.ts'],
      ['src/sync/plan.ts', 'src/store/store.ts'],
      ['src/cli/sync.ts', 'connectors/registry.ts'],
      ['src/cli/sync.ts', 'connectors/sandbox/caldav-server.ts'],
      ['connectors/caldav/client.ts', 'src/store/store.ts'],
      ['connectors/caldav/client.ts', 'src/sync/plan.ts'],
      ['connectors/google/mail.ts', 'src/mail/transports/open.ts'],
      ['connectors/caldav/client.ts', 'connectors/google/client.ts'],
      ['connectors/caldav/client.ts', 'connectors/registry.ts'],
      ['src/app.ts', 'src/cli/serve.ts'],
      ['src/store/store.ts', 'test/real/peer.ts'],
    ] as const;
    expect(allowed.filter(([path, target]) => fault(path, target))).toEqual([]);
    expect(refused.filter(([path, target]) => !fault(path, target))).toEqual([]);
  });
});
