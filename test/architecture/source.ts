/** Enough of a TypeScript reader for architecture.test.ts: what is code, what is comment, what is text; imports; functions. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Import = Readonly<{
  /** A path from the root of the repository, or the name of a package. */
  target: string;
  own: boolean;
  typeOnly: boolean;
  line: number;
}>;
export type Source = Readonly<{
  path: string;
  lines: number;
  /** The text with comments and the insides of strings and regular expressions blanked; places stay the same. */
  code: string;
  /** The text with comments blanked. */
  spoken: string;
  imports: readonly Import[];
}>;
export type Found = Readonly<{ line: number; text: string }>;

export const root = join(import.meta.dirname, '../..');

export function readSources(...patterns: readonly string[]): Source[] {
  const paths = globSync([...patterns], { cwd: root }).map(path => path.replaceAll('\\', '/'));
  return paths.sort().map(path => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

export function parseSource(path: string, text: string): Source {
  const { code, spoken } = blank(text);
  return { path, lines: text.trimEnd().split('\n').length, code, spoken, imports: importsOf(path, text, code) };
}

export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** Each match of a pattern with its line. */
export function find(text: string, pattern: RegExp): Found[] {
  return [...text.matchAll(new RegExp(pattern, 'g'))].map(match => ({
    line: lineAt(text, match.index),
    text: match[0].trim(),
  }));
}

/** Functions with a body in braces, and arrow functions with one in brackets, by first and last line. */
export function functionsOf(code: string): { line: number; lines: number }[] {
  const partner = partners(code);
  const span = (from: number, to: number) => {
    const line = lineAt(code, from);
    return { line, lines: lineAt(code, to) - line + 1 };
  };
  const arrows = [...code.matchAll(/=>\s*([{([])/g)].map(match => {
    const open = match.index + match[0].length - 1;
    return span(match.index, partner.get(open) ?? open);
  });
  const declared = [...code.matchAll(/\(/g)].flatMap(({ index }) => {
    const close = partner.get(index);
    const before = /([\w$]+)\s*(?:<[^()]*>)?\s*$/.exec(code.slice(Math.max(0, index - 200), index))?.[1] ?? '';
    if (close === undefined || /^(?:if|for|while|switch|catch|with|await)$/.test(before)) return [];
    const open = bodyAfter(code, close, partner);
    return open === null ? [] : [span(index, partner.get(open) ?? open)];
  });
  return [...arrows, ...declared];
}

/** Where the body opens that follows a parameter list, past a return type; null: there is none. */
function bodyAfter(code: string, close: number, partner: ReadonlyMap<number, number>): number | null {
  const head = /^\s*(:[^;={}]*)?\{/.exec(code.slice(close + 1, close + 400));
  if (!head) return null;
  const open = close + head[0].length;
  const isType = /[:|&<,]\s*$/.test(head[1] ?? '');
  if (!isType) return open;
  const end = partner.get(open);
  return end === undefined ? null : bodyAfterType(code, end, partner);
}

function bodyAfterType(code: string, end: number, partner: ReadonlyMap<number, number>): number | null {
  const rest = /^[^;={}]*\{/.exec(code.slice(end + 1, end + 400));
  const open = rest ? end + rest[0].length : -1;
  return partner.has(open) ? open : null;
}

/** For each opening bracket in code the place of its closing one. */
export function partners(code: string): Map<number, number> {
  const found = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < code.length; at++) {
    const char = code.charAt(at);
    if ('([{'.includes(char)) open.push(at);
    else if (')]}'.includes(char)) {
      const start = open.pop();
      if (start !== undefined) found.set(start, at);
    }
  }
  return found;
}

function importsOf(path: string, text: string, code: string): Import[] {
  const statement =
    /\b(?:import|export)\b(\s*\(\s*|\s+|\s[^;'"`()=]*?\bfrom\s*|\s*\{[^;'"`()=]*?\bfrom\s*)(['"])( *)\2/g;
  return [...code.matchAll(statement)].map(match => {
    const end = match.index + match[0].length - 1;
    const name = text.slice(end - (match[3] ?? '').length, end);
    const clause = match[1] ?? '';
    const named =
      /^\s*\{([^}]*)\}/
        .exec(clause)?.[1]
        ?.split(',')
        .filter(part => part.trim() !== '') ?? [];
    const typeOnly =
      /^\s+type\b(?!\s*,|\s+from\b)/.test(clause) || (named.length > 0 && named.every(part => /^\s*type\s/.test(part)));
    const own = name.startsWith('.');
    return { target: own ? join(dirname(path), name) : name, own, typeOnly, line: lineAt(code, match.index) };
  });
}

type Token = Readonly<{ kind: 'comment' | 'text' | 'code'; end: number }>;

function blank(text: string): Pick<Source, 'code' | 'spoken'> {
  const hidden = (part: string) => part.replaceAll(/[^\n]/g, ' ');
  let [code, spoken] = ['', ''];
  /** Depth of braces in each `${` of a template that is open. */
  const holes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const { kind, end } = tokenAt(text, at, code, holes);
    const part = text.slice(at, end);
    spoken += kind === 'comment' ? hidden(part) : part;
    if (kind === 'code') code += part;
    else code += kind === 'text' && part.length > 1 ? part[0] + hidden(part.slice(1, -1)) + part.at(-1) : hidden(part);
    at = end;
  }
  return { code, spoken };
}

function tokenAt(text: string, at: number, before: string, holes: number[]): Token {
  const char = text.charAt(at);
  const upTo = (pattern: RegExp) => {
    const match = new RegExp(pattern, 'sy');
    match.lastIndex = at;
    return match.exec(text) ? match.lastIndex : at + 1;
  };
  if (text.startsWith('//', at)) return { kind: 'comment', end: upTo(/[^\n]*/) };
  if (text.startsWith('/*', at)) return { kind: 'comment', end: upTo(/\/\*.*?\*\//) };
  if (char === "'") return { kind: 'text', end: upTo(/'(?:\\.|[^'\\\n])*'/) };
  if (char === '"') return { kind: 'text', end: upTo(/"(?:\\.|[^"\\\n])*"/) };
  if (char === '`') return template(text, at, holes);
  if (char === '/' && regexMayStart(before)) {
    return { kind: 'text', end: upTo(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/) };
  }
  const depth = holes.at(-1);
  if (depth !== undefined && char === '{') holes[holes.length - 1] = depth + 1;
  if (depth !== undefined && char === '}') {
    if (depth === 0) {
      holes.pop();
      return template(text, at, holes);
    }
    holes[holes.length - 1] = depth - 1;
  }
  return { kind: 'code', end: at + 1 };
}

/** From a backtick, or the brace that ends a hole, to the next hole's `${` or the closing backtick. */
function template(text: string, start: number, holes: number[]): Token {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '`') return { kind: 'text', end: at + 1 };
    else if (text.startsWith('${', at)) {
      holes.push(0);
      return { kind: 'text', end: at + 2 };
    }
  }
  return { kind: 'text', end: text.length };
}

/** Whether a slash after this code begins a regular expression, not a division. */
function regexMayStart(before: string): boolean {
  const last = before.slice(-40).trimEnd();
  return /(?:^|[([{,;:=!&|?+\-*%<>~^}]|\b(?:return|typeof|case|in|of|await|yield|new|do|else))$/.test(last);
}
