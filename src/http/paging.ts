/** Long lists, a page at a time. Pure apart from its markup. */
import { type Html, html } from './html.ts';

export type Paged<Item> = Readonly<{ items: readonly Item[]; page: number; pages: number }>;

/** The items of one page, counted from 1; a page beyond the last is the last. */
export function pageOf<Item>(items: readonly Item[], page: number, size: number): Paged<Item> {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const shown = Math.min(page, pages);
  return { items: items.slice((shown - 1) * size, shown * size), page: shown, pages };
}

/** `path` with those values that are given. */
export function address(path: string, values: Readonly<Record<string, string | number | null>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== null) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Links to the pages before and after; null where all fits on one. */
export function pager({ page, pages }: Paged<unknown>, to: (page: number) => string): Html | null {
  if (pages === 1) return null;
  const before = page > 1 ? html`<a rel="prev" href="${to(page - 1)}">Page ${page - 1}</a> ` : null;
  const after = page < pages ? html` <a rel="next" href="${to(page + 1)}">Page ${page + 1}</a>` : null;
  return html`<nav class="pager" aria-label="More of this list">${before}<span>Page ${page} of ${pages}</span>${after}</nav>`;
}
