/**
 * A description as Google keeps it: plain text, until somebody edits it in Google's own page, which makes HTML of it.
 * Both are read as the same text. The person's own notes below our line are never touched. Pure.
 */
import { cleanText } from '../../src/ical/text.ts';
import { joinNotes, notesLine, splitNotes } from '../../src/model/face.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { limits } from './limits.ts';

/** The tags that Google's editor and Outlook's imports leave. */
const tags =
  /<(\/?)(a|b|blockquote|br|div|em|font|h[1-6]|html-blob|i|li|ol|p|pre|s|span|strong|u|ul)(?:\s[^<>]*)?\/?>/gi;
const entities = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi;
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const endsLine: ReadonlySet<string> = new Set(['blockquote', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'p']);

/** The text that a reader of this HTML sees; text without tags and entities is itself. */
export function plainText(raw: string): string {
  if (!/[<&]/.test(raw)) return raw;
  return raw
    .replace(tags, (_, closing: string, name: string) => {
      const tag = name.toLowerCase();
      return tag === 'br' || (closing === '/' && endsLine.has(tag)) ? '\n' : '';
    })
    .replace(entities, (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
}

/** Our block of a description, and below our line the person's own text as it stands there. */
export function readDescription(raw: string | null): Readonly<{ ours: string; own: string }> {
  const { ours, own } = splitNotes(raw ?? '');
  return { ours: cleanText(plainText(ours)).trim(), own };
}

/** The description to store. Throws RemoteError `rejected` where it would be cut, and with it the person's own notes. */
export function writeDescription(ours: string, own: string): string {
  // Line ends of plain text mean nothing inside HTML.
  const whole = isHtml(own)
    ? `${escapeHtml(ours).replaceAll('\n', '<br>')}<br><br>${notesLine}\n${own}`
    : joinNotes(readsAsHtml(ours) ? escapeHtml(ours) : ours, own);
  if (whole.length > limits.descriptionChars) {
    const most = limits.descriptionChars;
    throw new RemoteError(
      'rejected',
      `the notes, with the person's own below them, are longer than ${most} characters`,
    );
  }
  return whole;
}

function isHtml(text: string): boolean {
  return text.search(tags) >= 0;
}

/** Whether a browser would take some of this text for a tag or an entity. */
function readsAsHtml(text: string): boolean {
  return /<[a-z!/?]|&[#a-z]/i.test(text);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
