/** Pages as tagged templates: every value put into one is escaped, unless it is such a template itself. Pure. */
import { escapeHtml } from '../mail/layout.ts';

/** Text that is markup already. Only `html` makes one, so no string can pass for it. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}
export type Html = Markup;

/** null: nothing. A list is its parts one after another. */
export type Part = Html | string | number | null | readonly Part[];

/** Attribute values must stand in quotation marks; nothing may be put into a tag's or an attribute's name. */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Markup(markup.map((text, index) => text + textOf(parts[index] ?? null)).join(''));
}

function textOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return part.map(textOf).join('');
}
