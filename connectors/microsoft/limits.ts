/** What we ask of Microsoft Graph and what we take from it. reference/microsoft-graph-calendar.md. */
import { allFields } from '../../src/model/face.ts';
import type { Capabilities } from '../../src/sync/connector.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

export const limits = {
  timeoutMs: 60_000,
  /** A page of 500 events with long bodies stays below it. */
  replyBytes: 64 * 1024 * 1024,
  /** Requests for one mailbox at a time. Four are allowed; one is left to the person. Section 13.1. */
  slots: 3,
  /** Parts of one `$batch`, and how many of them are worked on at once. Section 13.2. */
  batch: 20,
  atOnce: 4,
  /** A page smaller than one series makes Graph repeat itself for ever. Section 4.5. */
  pageSize: 500,
  pages: 1000,
  /** How far the window of a round reaches beyond what was asked for, so that it need not slide every day. */
  windowBeforeMs: 7 * day,
  windowAfterMs: 60 * day,
  /** The widest window that Graph answers. Section 3.2. */
  windowMs: 1825 * day,
  /** Delta forgets things (an item moved away and back); a full round finds them. Section 4.5. */
  roundMs: 7 * day,
  /** The life of a subscription that every cloud grants, a little less than 4230 minutes. Section 12.1. */
  subscriptionMs: 4200 * minute,
} as const;

export const capabilities: Capabilities = {
  writes: true,
  // If-Match is sent and the item is looked at before each write, but nobody promises that Graph heeds it.
  conditional: false,
  ownIds: false,
  // How long Graph remembers a transaction id is not known, so none is used twice.
  idsReusable: false,
  chosenUid: false,
  delta: true,
  deletionsInDelta: true,
  wholeSnapshot: false,
  push: true,
  fields: allFields,
  limits: { titleChars: 255, placeChars: 255, notesChars: 30_000 },
  // Writes handed over together travel together; how many requests are under way is another matter (`slots`).
  parallel: limits.batch,
  verified: '2026-11-22',
};
