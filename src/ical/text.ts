/** Text as it may stand in a calendar: no control characters, one kind of line end, whole characters. Pure. */

// C0 and C1 control characters but TAB and LF. Python's line splitting (Radicale) breaks on some of them.
const controls = /(?![\t\n])\p{Cc}/gu;

/** CR and CRLF (and the Unicode line ends) become LF, control characters except TAB and LF go, halves of a pair too. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(controls, '')
    .toWellFormed();
}

/** One trimmed line of at most `max` UTF-16 units; a surrogate pair is never split. */
export function oneLine(text: string, max = Number.POSITIVE_INFINITY): string {
  const line = cleanText(text)
    .split(/[\n\t]/)
    .map(part => part.trim())
    .filter(part => part !== '')
    .join(' ');
  if (line.length <= max) return line;
  const splitsPair = /[\ud800-\udbff]/.test(line.charAt(max - 1));
  return line.slice(0, splitsPair ? max - 1 : max).trimEnd();
}

/** The address in its normal form, or null when it is not a web address (http or https). */
export function canonUrl(url: string | null): string | null {
  const parsed = url === null ? null : URL.parse(cleanText(url).trim());
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : null;
}

/**
 * Calendar bytes as text: UTF-8, also where lines are folded inside a character (RFC 5545 section 3.1), and what is
 * not UTF-8 as Windows-1252.
 */
export function decodeCalendar(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? decodeUtf8(unfold(bytes)) ?? new TextDecoder('windows-1252').decode(bytes);
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function unfold(bytes: Uint8Array): Uint8Array {
  return Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/\r?\n[ \t]/g, ''),
    'latin1',
  );
}
