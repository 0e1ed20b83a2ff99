/** What a command says and where: results on standard output, everything else on standard error. */
import { SingleBar } from 'cli-progress';

export type ExitCode = 0 | 1 | 2 | 3;

export interface Terminal {
  readonly json: boolean;
  /** The result: one JSON document with `--json`, else the text made from it. */
  result(data: unknown, text: () => string): void;
  /** A remark beside the result. */
  note(text: string): void;
  /** A progress bar where a person is watching, else nothing. */
  progress(label: string): Progress;
}

export interface Progress {
  at(done: number, total: number): void;
  end(): void;
}

export type Streams = Readonly<{
  out: Pick<NodeJS.WriteStream, 'write'>;
  err: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
}>;

export function openTerminal({ out, err }: Streams, json: boolean): Terminal {
  return {
    json,
    result: (data, text) => {
      const shown = json ? JSON.stringify(data, null, 2) : harmless(text());
      out.write(shown.endsWith('\n') ? shown : `${shown}\n`);
    },
    note: text => {
      err.write(`${harmless(text)}\n`);
    },
    progress: label => (err.isTTY ? barOn(label) : { at: () => undefined, end: () => undefined }),
  };
}

function barOn(label: string): Progress {
  const bar = new SingleBar({ format: `${label} {bar} {value}/{total}`, clearOnComplete: true, hideCursor: true });
  let started = false;
  return {
    at: (done, total) => {
      if (!started) bar.start(total, done);
      else bar.setTotal(total);
      started = true;
      bar.update(done);
    },
    end: () => {
      if (started) bar.stop();
    },
  };
}

/** Without control characters: a title from a foreign calendar must not steer the terminal. */
export function harmless(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '');
}

/** Columns lined up by their widest cell; the last one is not padded. A cell is one line. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows].map(row => row.map(cell => cell.replace(/\s+/g, ' ')));
  const widths = heads.map((_, column) => Math.max(...all.map(row => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

/** `1 calendar`, `2 calendars`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The command was understood and cannot be done, such as for an id that there is not: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The command line makes no sense, whatever the store holds: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
