/**
 * A calendar text as a tree of components, each with its unfolded content lines as they stand. Edits replace single
 * lines of it, so that whatever we do not know survives to the letter.
 */
import { IcalError } from './ical-error.ts';

export type Block = Readonly<{ name: string; lines: readonly string[]; blocks: readonly Block[]; whole: boolean }>;

/** What the tree was read from may be broken; `notes` says how, without quoting it. */
type Blocks = Readonly<{ calendars: readonly Block[]; notes: readonly string[]; truncated: boolean }>;

const maxTextLength = 5_000_000;
const maxBlocks = 20_000;
const maxDepth = 8;
const maxOctets = 75;

type Open = { name: string; lines: string[]; blocks: Block[] };

/**
 * Reads the VCALENDARs of a text. Mends a BOM, bare CR, blank lines, lines without a colon and missing ENDs.
 * Throws IcalError `not-icalendar` and `too-large`.
 */
export function parseBlocks(text: string): Blocks {
  if (text.length > maxTextLength) throw new IcalError('too-large', 'the calendar is larger than 5 MB');
  if (!/^\s*BEGIN:VCALENDAR\s*$/im.test(text.replace(/^\ufeff/, ''))) {
    throw new IcalError('not-icalendar', 'the text is not iCalendar: it has no BEGIN:VCALENDAR');
  }
  const { lines, stray } = contentLines(text);
  const root: Open = { name: '', lines: [], blocks: [] };
  const ended = nest(lines, root);
  return {
    calendars: root.blocks.filter(({ name }) => name === 'VCALENDAR'),
    notes: [
      ...(stray > 0 ? [`lines without a property name, joined to the line before: ${stray}`] : []),
      ...(ended ? [] : ['a component has no END line or is cut off']),
    ],
    truncated: !ended,
  };
}

/** Unfolded lines; a line that is no content line is taken for an unescaped line break in the value before it. */
function contentLines(text: string): Readonly<{ lines: readonly string[]; stray: number }> {
  const lines: string[] = [];
  let stray = 0;
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)) {
    if (line.trim() === '') continue;
    const last = lines.length - 1;
    const before = lines[last];
    if (/^[ \t]/.test(line) && before !== undefined) {
      lines[last] = before + line.slice(1);
    } else if (/^[A-Za-z0-9-]+[;:]/.test(line)) {
      lines.push(line);
    } else {
      stray += 1;
      if (before !== undefined && !/^(BEGIN|END):/i.test(before)) lines[last] = `${before}\\n${line}`;
    }
  }
  return { lines, stray };
}

/** Hangs every line where it belongs below `root`; false when a component was not ended. */
function nest(lines: readonly string[], root: Open): boolean {
  const stack: Open[] = [root];
  let [count, ended] = [0, true];
  const close = (whole: boolean): void => {
    const block = stack.pop();
    ended &&= whole;
    if (block) stack.at(-1)?.blocks.push({ ...block, whole });
  };
  for (const line of lines) {
    const [, edge, rawName = ''] = /^(BEGIN|END):(.*)$/i.exec(line) ?? [];
    const name = rawName.trim().toUpperCase();
    if (edge === undefined) {
      stack.at(-1)?.lines.push(line);
    } else if (edge.toUpperCase() === 'BEGIN') {
      while (stack.length > 1 && mayNotHold(stack.at(-1)?.name, name)) close(false);
      count += 1;
      if (count > maxBlocks) throw new IcalError('too-large', `the calendar has more than ${maxBlocks} components`);
      if (stack.length > maxDepth) throw new IcalError('too-large', `components are nested deeper than ${maxDepth}`);
      stack.push({ name, lines: [], blocks: [] });
    } else if (stack.some((open, at) => at > 0 && open.name === name)) {
      while (stack.at(-1)?.name !== name) close(false);
      close(true);
    }
  }
  while (stack.length > 1) close(false);
  return ended;
}

function mayNotHold(outer: string | undefined, inner: string): boolean {
  if (inner === 'VCALENDAR') return true;
  return /^(VEVENT|VTIMEZONE|VTODO|VJOURNAL|VFREEBUSY)$/.test(inner) && outer !== 'VCALENDAR';
}

/** The text of a component: CRLF everywhere, lines of at most 75 octets. */
export function renderBlock(block: Block): string {
  return `${allLines(block).map(fold).join('\r\n')}\r\n`;
}

/** RFC 5545 section 3.1. ical.js folds one octet too late. */
function fold(line: string): string {
  if (Buffer.byteLength(line) <= maxOctets) return line;
  const parts: string[] = [];
  let [part, size] = ['', 0];
  for (const character of line) {
    const octets = Buffer.byteLength(character);
    if (size + octets > maxOctets) {
      parts.push(part);
      [part, size] = [' ', 1];
    }
    part += character;
    size += octets;
  }
  return [...parts, part].join('\r\n');
}

/** Every line of a component with those of its parts, unfolded. */
export function allLines({ name, lines, blocks }: Block): readonly string[] {
  return [`BEGIN:${name}`, ...lines, ...blocks.flatMap(allLines), `END:${name}`];
}

export function newBlock(name: string, lines: readonly string[], blocks: readonly Block[] = []): Block {
  return { name, lines, blocks, whole: true };
}
