/** The answers to an event are looked for with every look at it. */
import type { Migration } from '../migrator.ts';

export const repliesByEvent: Migration = {
  number: 2,
  name: 'replies by event',
  async up({ schema }) {
    const index = schema.createIndex('replies_by_production_id_event_id').on('replies');
    await index.columns(['production_id', 'event_id']).execute();
  },
};
