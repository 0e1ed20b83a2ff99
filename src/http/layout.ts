/** The frame around every page: head, navigation, foot. Works without script. */
import type { FastifyReply } from 'fastify';
import { stampWords } from '../mail/words.ts';
import { shortHash } from '../model/identity.ts';
import type { ZoneName } from '../model/when.ts';
import { type Html, html, type Part } from './html.ts';
import type { PageParts } from './options.ts';
import { stylesheet } from './stylesheet.ts';

/** Its content is in its address, so that it may be kept for ever. */
export const stylesheetPath = '/style.css';
const stylesheetAddress = `${stylesheetPath}?${shortHash(stylesheet)}`;

const places = [
  { path: '/', name: 'Schedule' },
  { path: '/findings', name: 'Findings' },
  { path: '/messages', name: 'Messages' },
  { path: '/calendars', name: 'Calendars' },
] as const;
export type Place = (typeof places)[number]['path'];

/** A page of the office. `here` is the part of the navigation it belongs to. */
export function officePage(parts: PageParts, here: Place, title: string, body: Part): Html {
  const links = places.map(({ path, name }) =>
    path === here
      ? html`<li><a href="${path}" aria-current="page">${name}</a></li>`
      : html`<li><a href="${path}">${name}</a></li>`,
  );
  const started = stampWords(parts.startedAt, 'UTC' as ZoneName);
  return frame(
    `${title} · callboard`,
    html`<header class="top"><a class="skip" href="#main">Skip to the content</a><p class="brand">callboard</p>
<nav aria-label="Pages"><ul>${links}</ul></nav></header>
<main id="main">${body}</main>
<footer><p>callboard ${parts.version}, running since ${started} UTC. For the production office, on this machine only.</p></footer>`,
  );
}

/** A page without navigation. */
export function barePage(title: string, body: Part): Html {
  return frame(`${title} · callboard`, html`<main id="main">${body}</main>`);
}

function frame(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${stylesheetAddress}"></head>
<body>${body}</body></html>
`;
}

export function sendPage(reply: FastifyReply, page: Html): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.toString());
}
