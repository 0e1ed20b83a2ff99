/** One finding of `callboard doctor`. `mend` beside `ok` is a warning: it works, and could work better. */
export type Check = Readonly<{ what: string; ok: boolean; found: string; mend: string | null }>;

export const fine = (what: string, found: string): Check => ({ what, ok: true, found, mend: null });
export const warning = (what: string, found: string, mend: string): Check => ({ what, ok: true, found, mend });
export const fault = (what: string, found: string, mend: string): Check => ({ what, ok: false, found, mend });

export function checkLine({ what, ok, found, mend }: Check): string {
  const word = !ok ? 'FAULT' : mend === null ? 'ok   ' : 'warn ';
  const indented = found.replaceAll('\n', '\n       ');
  return `${word}  ${what}: ${indented}${mend === null ? '' : `\n       mend: ${mend}`}`;
}
