/** What we ask of a CalDAV server and what we take from it. Checked against Radicale 3.1.8 and Xandikos 0.2.8. */

import { allFields } from '../../src/model/face.ts';
import type { Capabilities } from '../../src/sync/connector.ts';

export const limits = {
  timeoutMs: 30_000,
  redirects: 5,
  /** A listing of 100,000 items stays below it. */
  replyBytes: 64 * 1024 * 1024,
  /** Hrefs in one calendar-multiget. */
  batch: 50,
  /** Unchanged items named in one page of a snapshot. */
  unchangedPage: 1000,
  /** A server that cuts every answer short is asked no more often than this in one run. */
  truncations: 1000,
} as const;

export const capabilities: Capabilities = {
  writes: true,
  conditional: true,
  ownIds: true,
  idsReusable: true,
  chosenUid: true,
  delta: true,
  deletionsInDelta: true,
  wholeSnapshot: true,
  push: false,
  fields: allFields,
  limits: { titleChars: 1000, placeChars: 1000, notesChars: 30_000 },
  // Radicale and Xandikos do one write at a time; more requests at once gain nothing there (measured, 1,000 creates).
  parallel: 4,
  verified: '2026-11-22',
};
