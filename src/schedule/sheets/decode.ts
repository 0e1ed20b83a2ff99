/** A file's bytes as text. Pure. */

export type Decoded = Readonly<{ text: string; warning: string | null }>;

/** Bytes without meaning in Windows-1252, and signs that no sheet holds: such a file is not in that encoding. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const notWindows = /[\x00-\x08\x0b\x0c\x0e-\x1f\x81\x8d\x8f\x90\x9d]/;
const twoByteUtf8 = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}/;

/**
 * UTF-8, with or without byte order mark; UTF-16 by its mark. Bytes that are not UTF-8 are read as Windows-1252 (what
 * Excel writes as plain CSV in Western Europe), with a warning, if nothing in the file speaks against it. A file that
 * mixes encodings is read as UTF-8 with U+FFFD for what cannot be read: the rows that hold one are rejected later.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: decodeAs('utf-16le', bytes), warning: null };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: decodeAs('utf-16be', bytes), warning: null };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), warning: null };
  } catch {
    const raw = Buffer.from(bytes).toString('latin1');
    if (notWindows.test(raw) || twoByteUtf8.test(raw)) {
      return { text: decodeAs('utf-8', bytes), warning: 'not UTF-8 throughout; rows that cannot be read are rejected' };
    }
    const warning = 'not UTF-8; read as Windows-1252. Save it as “CSV UTF-8” to be sure of accents and signs';
    return { text: decodeAs('windows-1252', bytes), warning };
  }
}

function decodeAs(encoding: string, bytes: Uint8Array): string {
  return new TextDecoder(encoding).decode(bytes);
}
