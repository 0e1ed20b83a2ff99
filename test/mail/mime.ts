/** Reads a raw message's calendar parts byte for byte (postal-mime turns CRLF into LF). */

/** The decoded bodies of the base64 parts of one content type, in order. */
export function bodiesOf(raw: string, type: string): string[] {
  const part = new RegExp(`^Content-Type: ${type}\\b[^]*?\\r?\\n\\r?\\n([^]*?)\\r?\\n--`, 'gm');
  return [...raw.matchAll(part)].map(match => Buffer.from(match[1] ?? '', 'base64').toString('utf8'));
}

/** Content types in the order they stand. */
export function typesOf(raw: string): string[] {
  return [...raw.matchAll(/^Content-Type: ([a-z]+\/[a-z]+)/gm)].map(match => match[1] ?? '');
}

/** One header field of the message, unfolded. */
export function headerOf(raw: string, name: string): string | undefined {
  const [head = ''] = raw.split(/\r?\n\r?\n/);
  const field = new RegExp(`^${name}: ((?:.|\\r?\\n[ \\t])*?)\\r?$(?!\\n[ \\t])`, 'mi').exec(head)?.[1];
  return field?.replace(/\r?\n\s+/g, ' ');
}
