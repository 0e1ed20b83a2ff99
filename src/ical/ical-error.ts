/** The one error of this folder. Its message is one line and holds nothing of the text that was read. */
type IcalErrorKind =
  | 'not-icalendar'
  | 'too-large'
  | 'bad-rule'
  | 'bad-address'
  /** A value that cannot be read, or that we refuse to write. */
  | 'bad-value'
  | 'unknown-zone';

export class IcalError extends Error {
  override readonly name = 'IcalError';
  readonly kind: IcalErrorKind;

  constructor(kind: IcalErrorKind, message: string, options: Readonly<{ cause?: unknown }> = {}) {
    super(message, options);
    this.kind = kind;
  }
}

/** What to tell of a value that cannot be read. RangeError is Temporal's word for a date outside its calendar. */
export function problemOf(error: unknown): string {
  if (error instanceof IcalError) return error.message;
  if (error instanceof RangeError) return 'a date or time is out of range';
  throw error;
}
