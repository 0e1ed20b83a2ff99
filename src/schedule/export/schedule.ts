/** The whole schedule as files, for the office: every tier, as prepared. What is written can be imported again. */
import { type FeedItem, writeFeed } from '../../ical/feed.ts';
import type { EventContent, ScheduledEvent } from '../../model/event.ts';
import type { VenueId } from '../../model/ids.ts';
import { occurrenceWhen } from '../../model/occurrence.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import type { Series } from '../../model/series.ts';
import { type CsvFile, csvFiles, jsonOf, workbookOf } from './files.ts';
import { scheduleTables } from './tables.ts';

/** One file a sheet. */
export function exportCsv(snapshot: ScheduleSnapshot): CsvFile[] {
  return csvFiles(scheduleTables(snapshot));
}

/** An .xlsx file. */
export function exportWorkbook(snapshot: ScheduleSnapshot): Promise<Buffer> {
  return workbookOf(scheduleTables(snapshot));
}

/** A plain value for JSON.stringify. */
export function exportJson(snapshot: ScheduleSnapshot): Readonly<Record<string, unknown>> {
  const { production, name, zone, revision } = snapshot;
  return { production: { id: production, name, timezone: zone, revision }, ...jsonOf(scheduleTables(snapshot)) };
}

/** One iCalendar file: events only, without ideas. Throws IcalError for a rule that cannot be written. */
export function exportIcs(snapshot: ScheduleSnapshot): string {
  const items = [...snapshot.events.values()]
    .filter(event => event.content.status !== 'idea')
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(event => feedItem(event, snapshot));
  return writeFeed({ name: snapshot.name, items, publish: false });
}

function feedItem({ id, uid, sequence, content, updatedAt }: ScheduledEvent, snapshot: ScheduleSnapshot): FeedItem {
  const { when, title, notes, onlineUrl, status } = content;
  return {
    uid,
    sequence,
    stampedAt: updatedAt,
    callboardId: id,
    status: status === 'cancelled' ? 'cancelled' : status === 'pencilled' ? 'tentative' : 'confirmed',
    face: {
      when,
      title,
      place: placeOf(content.venue, snapshot),
      notes,
      url: onlineUrl,
      busy: status === 'pencilled' ? 'tentative' : 'busy',
      series: seriesOf(content, snapshot),
    },
  };
}

function placeOf(id: VenueId | null, { venues }: ScheduleSnapshot): string {
  const venue = id === null ? undefined : venues.get(id);
  return venue ? [venue.name, venue.address].filter(Boolean).join(', ') : '';
}

function seriesOf(content: EventContent, snapshot: ScheduleSnapshot): Series | null {
  if (content.rrule === null) return null;
  const left = content.overrides.filter(override => override.status === 'cancelled');
  return {
    rrule: content.rrule,
    exdates: [...new Set([...content.except, ...left.map(override => override.occurrence)])].sort(),
    overrides: content.overrides
      .filter(override => override.status === 'changed')
      .map(override => ({
        occurrence: override.occurrence,
        face: {
          when: override.when ?? occurrenceWhen(override.occurrence, content.when),
          title: override.title ?? content.title,
          place: placeOf(override.venue ?? content.venue, snapshot),
          notes: override.notes ?? content.notes,
          busy: content.status === 'pencilled' ? 'tentative' : 'busy',
        },
      })),
  };
}
