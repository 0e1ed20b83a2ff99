/**
 * Cells that a spreadsheet program would run as a formula (OWASP, CSV injection) get an apostrophe in front when they
 * are written, and lose one when they are read. A text that has the apostrophe of its own gets a second, so reading
 * what was written gives the text back.
 */
export function guarded(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

export function unguarded(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}
