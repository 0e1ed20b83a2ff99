/** Why the daemon will not start with a configuration. */

/** One thing that is wrong, and where. `line` counts from 1; 0: the file as a whole. */
export type Problem = Readonly<{ line: number; path: string; text: string }>;

const shownAtMost = 20;

/** `message` has one line a problem: `file:line: key path: what was found, what is allowed`. Never a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly kind: 'not-found' | 'unreadable' | 'syntax' | 'invalid';
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(kind: ConfigError['kind'], file: string, problems: readonly Problem[], options: ErrorOptions = {}) {
    const inOrder = problems.toSorted((a, b) => a.line - b.line);
    const more = inOrder.length - shownAtMost;
    const lines = inOrder.slice(0, shownAtMost).map(problem => oneLine(file, problem));
    super([...lines, ...(more > 0 ? [`${file}: and ${more} more`] : [])].join('\n'), options);
    this.kind = kind;
    this.file = file;
    this.problems = inOrder;
  }
}

function oneLine(file: string, { line, path, text }: Problem): string {
  return [line > 0 ? `${file}:${line}` : file, ...(path ? [path] : []), text].join(': ');
}

/** `calendars[0].url` */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
