/** One person's schedule as files: faces that were rendered at that person's tier. Nothing is added to them here. */
import { writeFeed } from '../../ical/feed.ts';
import type { Face } from '../../model/face.ts';
import type { EventId, Instant } from '../../model/ids.ts';
import { faceTables } from '../sheets/face-sheets.ts';
import { type CsvFile, csvFiles, jsonOf, workbookOf } from './files.ts';

/** An event as its reader may see it. */
export type RenderedEvent = Readonly<{
  id: EventId;
  uid: string;
  sequence: number;
  /** When the event was last changed. */
  updatedAt: Instant;
  face: Face;
  status: 'tentative' | 'confirmed' | 'cancelled';
}>;

/** @param name what the calendar is called, e.g. the production and the person */
export function exportFacesIcs(name: string, events: readonly RenderedEvent[]): string {
  const items = events.map(({ uid, sequence, updatedAt, face, status }) => ({
    uid,
    sequence,
    stampedAt: updatedAt,
    face,
    status,
    callboardId: null,
  }));
  return writeFeed({ name, items, publish: false });
}

/** `schedule.csv` and `overrides.csv`. */
export function exportFacesCsv(events: readonly RenderedEvent[]): CsvFile[] {
  return csvFiles(faceTables(events));
}

export function exportFacesWorkbook(events: readonly RenderedEvent[]): Promise<Buffer> {
  return workbookOf(faceTables(events));
}

/** A plain value for JSON.stringify. */
export function exportFacesJson(events: readonly RenderedEvent[]): Readonly<Record<string, unknown>> {
  return jsonOf(faceTables(events));
}
