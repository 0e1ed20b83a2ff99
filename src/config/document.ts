/** The YAML of a configuration as plain values, each with its line and with what may be shown of it in an error. */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { type Problem, pathText } from './config-error.ts';
import { type ExpansionSource, expand } from './expansion.ts';

export type Path = readonly PropertyKey[];
export type Place = Readonly<{ line: number; shown: string }>;
export type ConfigDocument = Readonly<{
  value: unknown;
  /** Where a value stands; null: it is not in the file. */
  place(path: Path): Place | null;
  problems: readonly Problem[];
  /** The file is not YAML, so that `value` means nothing. */
  broken: boolean;
}>;

type Reading = Readonly<{
  lines: LineCounter;
  source: ExpansionSource;
  places: Map<string, Place>;
  problems: Problem[];
}>;

/** Reads a text as YAML 1.2 and expands its references. Never throws: what is wrong stands in `problems`. */
export function readDocument(text: string, source: ExpansionSource): ConfigDocument {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const syntax = [...parsed.errors, ...parsed.warnings].map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    path: '',
    text: message,
  }));
  const reading: Reading = { lines, source, places: new Map(), problems: syntax };
  const broken = syntax.length > 0;
  const value = broken ? undefined : readNode(parsed.contents, [], reading);
  return { value, place: path => reading.places.get(keyOf(path)) ?? null, problems: reading.problems, broken };
}

function readNode(node: unknown, path: Path, reading: Reading, line = lineOf(node, reading)): unknown {
  const put = (shown: string) => reading.places.set(keyOf(path), { line, shown });
  if (isMap(node)) {
    put('a section');
    return Object.fromEntries(
      node.items.map(({ key, value }) => {
        const name = isScalar(key) ? String(key.value) : String(key);
        return [name, readNode(value, [...path, name], reading, lineOf(key, reading))];
      }),
    );
  }
  if (isSeq(node)) {
    put('a list');
    return node.items.map((item, index) => readNode(item, [...path, index], reading));
  }
  if (isAlias(node)) {
    put('an alias');
    reading.problems.push({ line, path: pathText(path), text: 'found an alias (*name), write the value itself' });
    return undefined;
  }
  const value: unknown = isScalar(node) ? node.value : null;
  put(shownScalar(value, path));
  return typeof value === 'string' ? expandedText(value, path, line, reading) : value;
}

function expandedText(text: string, path: Path, line: number, reading: Reading): string {
  const { text: result, expanded, problems } = expand(text, reading.source);
  reading.problems.push(...problems.map(problem => ({ line, path: pathText(path), text: problem })));
  // The reference may be shown, the value behind it may not; around a reference nothing is a secret's place.
  if (expanded) reading.places.set(keyOf(path), { line, shown: references(text) });
  return result;
}

function references(text: string): string {
  return [...text.matchAll(/(?<!\$)\$\{[^}]*\}?/g)].map(([reference]) => reference).join(' and ');
}

const secretKeys: ReadonlySet<PropertyKey> = new Set(['secretsKey', 'password', 'clientSecret']);
const addressKeys: ReadonlySet<PropertyKey> = new Set(['store', 'transport', 'inbox', 'url']);

/** A value as an error may repeat it: secrets not at all, addresses without user, password and path. */
function shownScalar(value: unknown, path: Path): string {
  if (value === null || value === undefined) return 'nothing';
  const key = path.at(-1) ?? '';
  if (secretKeys.has(key)) return 'a value (not shown)';
  if (typeof value !== 'string') return String(value);
  const address = /^([a-z][a-z0-9+.-]*:\/\/)(?:.*@)?([^/?#@\s]*)(.*)$/is.exec(value);
  if (address) return `"${address[1]}${address[2]}${address[3] ? '/…' : ''}"`;
  if (addressKeys.has(key) && value.includes('@')) return 'a value (not shown)';
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

function lineOf(node: unknown, { lines }: Reading): number {
  const range = isNode(node) ? node.range : null;
  return range ? lines.linePos(range[0]).line : 1;
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
}
