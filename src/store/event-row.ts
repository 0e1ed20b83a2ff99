/** An event as a row, and back. */
import type { ScheduledEvent } from '../model/event.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './tables.ts';

export function eventRowOf(event: ScheduledEvent, revision: number): Tables['events'] {
  return {
    production_id: event.production,
    id: event.id,
    revision,
    uid: event.uid,
    incarnation: event.incarnation,
    version: event.version,
    sequence: event.sequence,
    content: toJson(event.content),
    ...publishedColumns(event.published),
    updated_at: event.updatedAt,
    updated_by: event.updatedBy,
  };
}

export function publishedColumns(published: ScheduledEvent['published']) {
  return {
    published_version: published?.version ?? null,
    published: published && toJson(published.content),
  };
}

/** An event from its row. What is published is mostly the content itself, and is then parsed and held once. */
export function eventOf(row: Tables['events']): ScheduledEvent {
  const content = fromJson(row.content);
  const { published, published_version: version } = row;
  const shown = published === row.content ? content : published && fromJson(published);
  return {
    production: row.production_id,
    id: row.id,
    uid: row.uid,
    incarnation: row.incarnation,
    version: row.version,
    sequence: row.sequence,
    content,
    published: shown === null || version === null ? null : { version, content: shown },
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}
