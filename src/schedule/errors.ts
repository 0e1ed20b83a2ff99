/** What can go wrong with an edit of the schedule, as typed errors. */
import type { EventState } from '../model/event.ts';
import type { EventId } from '../model/ids.ts';

/** One field that two people changed from the same version. */
export type FieldConflict = Readonly<{
  /** A field of EventContent, or a part of one: `calls.CA01`, `details.base`. */
  field: string;
  base: unknown;
  /** What the first person saved. */
  first: unknown;
  /** What the second person wants. */
  second: unknown;
}>;

/** Somebody else has changed the same field since this edit was begun; nothing was saved. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly conflicts: readonly FieldConflict[];
  /** The version that holds the first person's values; an edit made from it can be saved. */
  readonly current: number;
  constructor(id: EventId, current: number, conflicts: readonly FieldConflict[]) {
    const fields = conflicts.map(conflict => conflict.field).join(', ');
    super(`${id}: somebody else has changed ${fields} since; look at version ${current} and decide`);
    this.conflicts = conflicts;
    this.current = current;
  }
}

export type EditErrorKind = 'unknown-event' | 'unknown-version' | 'not-a-move' | 'no-such-date' | 'unclear-rule';

/** The edit makes no sense for the event as it is. */
export class EditError extends Error {
  override readonly name = 'EditError';
  readonly kind: EditErrorKind;
  constructor(kind: EditErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }

  static move(id: EventId, from: EventState, to: EventState, allowed: readonly EventState[]): EditError {
    return new EditError('not-a-move', `${id} is ${from} and cannot become ${to}; ${movesText(allowed)}`);
  }
}

/** The moves that are open, in words. */
export function movesText(allowed: readonly EventState[]): string {
  return allowed.length === 0 ? 'it stays so' : `allowed: ${allowed.join(', ')}`;
}

export type ImportErrorKind = 'missing' | 'nothing-known' | 'unreadable' | 'too-large' | 'encrypted';

/** A file or folder that cannot be imported at all; the message is one line and names it. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly kind: ImportErrorKind;
  constructor(kind: ImportErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.kind = kind;
  }
}
