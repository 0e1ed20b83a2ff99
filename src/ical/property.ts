/** Single content lines, read and written by ical.js. Dates and rules are left as text: see time.ts and rule.ts. */
import ICAL from 'ical.js';
import type { Block } from './block.ts';
import { IcalError } from './ical-error.ts';
import { cleanText, oneLine } from './text.ts';

/** `name` in upper case, parameter names too. TEXT values are unescaped, all others stand as they came. */
export type Property = Readonly<{ name: string; value: string; params: ReadonlyMap<string, string> }>;

const text = { defaultType: 'text' };
// Only TEXT is decoded: ical.js decodes dates and rules late and throws there.
const readable = {
  value: { text: ICAL.design.icalendar.value.text },
  param: {},
  propertyGroups: false,
  property: { summary: text, location: text, description: text, comment: text, uid: text, 'x-callboard-id': text },
};

/** One line, or null when it cannot be read. */
export function parseProperty(line: string): Property | null {
  // Outlook writes names such as `(UTC-05:00) Eastern Time` without the quotes that the colon asks for.
  const quoted = line.replace(/;TZID=([^":;]*:[^";]*):(\d{8}.*)$/i, ';TZID="$1":$2');
  try {
    const property = ICAL.Property.fromString(quoted, readable);
    const [name, params, type, value]: unknown[] = property.toJSON();
    const pairs = Object.entries(params ?? {}).map(([key, given]) => [key.toUpperCase(), String(given)] as const);
    return {
      name: String(name).toUpperCase(),
      value: String(value ?? ''),
      params: new Map([...pairs, ['VALUE', String(type).toUpperCase()]]),
    };
  } catch {
    return null;
  }
}

/** The readable properties of a component, in their order. */
export function propertiesOf(block: Block): readonly Property[] {
  return block.lines.flatMap(line => parseProperty(line) ?? []);
}

/** The first property of that name. */
export function propertyOf(properties: readonly Property[], name: string): Property | null {
  return properties.find(property => property.name === name) ?? null;
}

/** The name of a content line, in upper case. */
export function lineName(line: string): string {
  return (/^[A-Za-z0-9-]+/.exec(line)?.[0] ?? '').toUpperCase();
}

type Params = Readonly<Record<string, string>>;

/** A TEXT property with its value escaped; nothing in the value can end the line. */
export function textLine(name: string, value: string, params: Params = {}): string {
  return write(name, 'text', cleanText(value), params);
}

/**
 * A property whose value is not escaped (URI, address, number). ical.js writes those as they are, so a value with a
 * control character is refused: it would add lines of its own. Throws IcalError `bad-value`.
 */
export function rawLine(name: string, value: string, params: Params = {}): string {
  if (cleanText(value) !== value || /[\n\t]/.test(value)) {
    throw new IcalError('bad-value', `${name} holds a line break or a control character`);
  }
  return write(name, 'unknown', value, params);
}

/** A parameter value: one line, no double quote, which RFC 5545 cannot write there. */
export function parameterText(value: string): string {
  return oneLine(value).replaceAll('"', "'");
}

function write(name: string, type: 'text' | 'unknown', value: string, params: Params): string {
  const written = Object.fromEntries(Object.entries(params).map(([key, given]) => [key.toLowerCase(), given]));
  // Under an unknown name ical.js writes the value as it stands, without VALUE=; escaping TEXT is asked for by type.
  const design = { ...readable, property: { ...(type === 'text' && { [name.toLowerCase()]: text }) } };
  return ICAL.stringify.property([name.toLowerCase(), written, type, value], design, true);
}
