/** The one error of sending mail, and what the outbox does about each kind. */

export type MailErrorKind =
  | 'setup' // the transport's address is wrong, or this transport is not built in
  | 'sign-in' // the server refuses our credential: the run stops, a person must mend it
  | 'unreachable' // no connection, or no TLS: nothing was handed over; the run stops and is tried again
  | 'temporary' // a 4xx answer to this message: tried again later
  | 'refused' // a 5xx answer to this message: not tried again
  | 'unknown'; // the connection was lost after the text went out: repeated as the same message

export class MailError extends Error {
  override readonly name = 'MailError';
  readonly kind: MailErrorKind;
  /** @param message One line; never an address, a text or a password. */
  constructor(kind: MailErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.kind = kind;
  }
}
