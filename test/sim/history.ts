/** What happened in one run, line by line, and what was wrong with it. */
import { createHash } from 'node:crypto';

/** What a line is about; a violation shows the lines of its own copy. */
export type About = Readonly<{ calendar?: string | undefined; event?: string | undefined }>;
type Line = About & Readonly<{ tick: number; at: number; text: string }>;

export class History {
  readonly lines: Line[] = [];
  readonly #hash = createHash('sha256');
  /** Set by the world as it goes on. */
  tick = 0;
  at = 0;

  add(text: string, about: About = {}): void {
    const line = { tick: this.tick, at: this.at, text, ...about };
    this.lines.push(line);
    this.#hash.update(`${line.tick} ${line.at} ${about.calendar ?? ''} ${about.event ?? ''} ${text}\n`);
  }

  /** Two runs of one seed must give the same. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** The last lines that concern this copy, and those about no copy in particular. */
  excerpt({ calendar, event }: About, count: number): string[] {
    const fits = (line: Line) =>
      (calendar === undefined || line.calendar === undefined || line.calendar === calendar) &&
      (event === undefined || line.event === undefined || line.event === event);
    return this.lines.filter(fits).slice(-count).map(shown);
  }
}

function shown({ tick, at, calendar, event, text }: Line): string {
  const clock = new Date(at).toISOString().slice(5, 19);
  return `${String(tick).padStart(4)} ${clock} ${[calendar, event].filter(Boolean).join('/').padEnd(14)} ${text}`;
}

/** An invariant of shared/proof.md section 2.4 that does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: string;
  readonly about: About;

  constructor(invariant: string, message: string, about: About = {}) {
    super(message);
    this.invariant = invariant;
    this.about = about;
  }
}
