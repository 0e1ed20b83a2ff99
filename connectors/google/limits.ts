/** What we ask of Google Calendar and what we take from it. Source: reference/google-calendar.md. */
import { allFields } from '../../src/model/face.ts';
import type { Capabilities } from '../../src/sync/connector.ts';

export const limits = {
  timeoutMs: 30_000,
  replyBytes: 64 * 1024 * 1024,
  /** The most that Google gives at once. */
  pageSize: 2500,
  /** A listing of more pages than this is not one. */
  pages: 10_000,
  /** UTF-16 units of a whole description, the person's own notes with it; Google cuts what is longer. */
  descriptionChars: 8192,
  /** How long before its end an access token is no longer used. */
  tokenMarginMs: 60_000,
  /**
   * Requests that may begin in one window, by section 16 of the sheet: 10,000 a minute for the project, 600 for one
   * person, of which a patch counts three (90 × 3 + 330).
   */
  pace: { windowMs: 10_000, project: 1_600, patches: 15, others: 55 },
  /** Google's usage limits last for hours; asking again sooner makes it worse. */
  usagePauseMs: 60 * 60 * 1000,
} as const;

/** What people call events. Birthdays and working places are not asked for: they hold no time and take no write. */
export const eventTypes: readonly string[] = ['default', 'focusTime', 'fromGmail', 'outOfOffice'];

/** What a person is asked for: their events, and who they are. */
export const consentScopes: readonly string[] = ['https://www.googleapis.com/auth/calendar.events', 'openid', 'email'];

/** The only scope that a service account asks for. */
export const calendarScope = 'https://www.googleapis.com/auth/calendar.events';

export const capabilities: Capabilities = {
  writes: true,
  conditional: true,
  ownIds: true,
  idsReusable: false,
  chosenUid: false,
  delta: true,
  deletionsInDelta: true,
  wholeSnapshot: true,
  push: true,
  fields: allFields,
  limits: { titleChars: 1000, placeChars: 1000, notesChars: 7000 },
  // Writes side by side to one calendar are throttled at once.
  parallel: 1,
  verified: '2026-11-22',
};
