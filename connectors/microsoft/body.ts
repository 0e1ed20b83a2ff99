/**
 * The body of an event: our block, the line that ends it, and below that the person's own notes, whose HTML is kept
 * as it stands. Outlook wraps and re-wraps what it is given, so texts are compared, never HTML. Pure.
 */
import { cleanText } from '../../src/ical/text.ts';
import { joinNotes, notesLine, splitNotes } from '../../src/model/face.ts';

/** Our block of the notes as it comes back out of a mailbox. */
export function canonNotes(notes: string): string {
  return splitNotes(joinNotes(plain(cleanText(notes)), '')).ours;
}

/** Graph has no field for an address, so it stands at the end of our block. */
export function blockWith(notes: string, url: string | null): string {
  const block = canonNotes(notes);
  if (url === null) return block;
  return block === '' ? `${label}${url}` : `${block}\n\n${label}${url}`;
}

/** Takes the block apart again; `linked`: whether we wrote an address into it. */
export function readBlock(block: string, linked: boolean): Readonly<{ notes: string; url: string | null }> {
  const [whole, url] = (linked && linkLine.exec(block)) || [];
  if (whole === undefined || url === undefined) return { notes: block, url: null };
  return { notes: block.slice(0, -whole.length).trimEnd(), url };
}

const label = 'Link: ';
const linkLine = /(?:^|\n)Link: (\S+)$/;

/** The whole body. @param before the body as it stands; null: none */
export function bodyHtml(block: string, before: string | null): string {
  const own = before === null ? null : ownPart(before);
  const line = `<div>${escapeHtml(notesLine)}</div>`;
  const ours = `<div>${htmlOf(block)}</div><div><br></div>`;
  return `<html><body>${ours}${own ?? `${line}<div><br></div>`}</body></html>`;
}

/** Our block in a body, as text. */
export function blockOf(html: string): string {
  return splitNotes(textOf(html)).ours;
}

/**
 * The line and what stands below it, as HTML that can stand by itself: the elements that are open at the line are
 * opened anew. null: the line is gone, and with it the person's part.
 */
function ownPart(html: string): string | null {
  const content = /<body[^>]*>([\s\S]*?)(?:<\/body>|$)/i.exec(html)?.[1] ?? html;
  const at = linePattern.exec(content);
  if (at === null) return null;
  const open: string[] = [];
  for (const [tag, close, name = ''] of content.slice(0, at.index).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/gi)) {
    if (/^(?:br|img|hr|meta|input|link|col|wbr)$/i.test(name) || tag.endsWith('/>')) continue;
    if (close === '') open.push(tag);
    else
      open.splice(
        open.findLastIndex(one => one.slice(1).toLowerCase().startsWith(name.toLowerCase())),
        1,
      );
  }
  return open.join('') + content.slice(at.index);
}

/** The line as Outlook may have wrapped it. */
const linePattern = new RegExp(
  notesLine
    .split(' ')
    .map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('(?:\\s|&nbsp;)+'),
);

/** Text as HTML that keeps its lines and its blanks. */
function htmlOf(text: string): string {
  return escapeHtml(text)
    .replace(/^ | (?= )/gm, '&nbsp;')
    .replaceAll('\n', '<br>');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const blocks = /^(?:p|div|li|ul|ol|tr|table|h[1-6]|blockquote|pre|body|html|head|hr)$/i;

/** What a reader sees of HTML, line by line. Takes time in proportion to its length, whoever wrote it. */
export function textOf(html: string): string {
  const lines: string[] = [];
  let line = '';
  for (const token of tokensOf(html)) {
    const name = /^<\/?([a-z][a-z0-9]*)/i.exec(token)?.[1];
    if (name === undefined) {
      if (!token.startsWith('<!')) line += decoded(token.replace(/[ \t\r\n]+/g, ' '));
    } else if (/^br$/i.test(name)) {
      lines.push(line);
      line = '';
    } else if (blocks.test(name)) {
      if (line.replace(/^ +/, '') !== '') lines.push(line);
      line = '';
    }
  }
  return plain([...lines, line].map(each => each.replace(/^ +/, '')).join('\n'));
}

/** Tags and the texts between them, without comments and what is not for reading. */
function* tokensOf(html: string): Generator<string> {
  // Letters of other scripts may change their length with their case.
  const lower = html.replace(/[A-Z]+/g, letters => letters.toLowerCase());
  const find = (sign: string, from: number) => {
    const found = lower.indexOf(sign, from);
    return found < 0 ? html.length : found;
  };
  for (let at = 0; at < html.length; ) {
    if (lower.startsWith('<!--', at)) {
      at = find('-->', at) + 3;
      continue;
    }
    const isTag = html[at] === '<';
    const next = isTag ? find('>', at) + 1 : find('<', at);
    yield html.slice(at, next);
    const hidden = isTag ? /^<(head|style|script|title)\b/.exec(lower.slice(at, at + 8))?.[1] : undefined;
    at = hidden === undefined ? next : find(`</${hidden}`, next);
  }
}

/** One kind of blank, none at the end of a line, no empty lines at either end. */
function plain(text: string): string {
  const lines = text.replace(/[\t\u00a0]/g, ' ').split('\n');
  return lines
    .map(line => line.trimEnd())
    .join('\n')
    .replace(/^\n+/, '')
    .trimEnd();
}

const named: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  bull: '•',
  middot: '·',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  euro: '€',
  pound: '£',
};

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
