/** Small schedules for tests: a store with a production, sheets from CSV text, an event's content. */

import type { EventContent } from '../../src/model/event.ts';
import { brandId, type EventId, type ProductionId } from '../../src/model/ids.ts';
import type { ScheduleSnapshot } from '../../src/model/schedule-snapshot.ts';
import type { LocalDateTime, ZoneName } from '../../src/model/when.ts';
import { type ImportInput, type ImportReport, importSchedule } from '../../src/schedule/import.ts';
import { csvRows } from '../../src/schedule/sheets/csv.ts';
import { sheetFrom } from '../../src/schedule/sheets/raw-sheet.ts';
import { type Sheets, sheetNamed } from '../../src/schedule/sheets/sheet.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { blankContent } from '../blank.ts';

export const production = brandId<ProductionId>('tidewrack');
export const london = 'Europe/London' as ZoneName;
export const tidewrack = new URL('../../fixtures/tidewrack', import.meta.url).pathname;
/** 2027-02-01, before anything is shot. */
export const now = Date.UTC(2027, 1, 1);

export async function emptyStore(): Promise<Store> {
  const store = await openStore('sqlite::memory:');
  await store.write(r => r.schedule.ensureProduction({ id: production, name: 'TIDEWRACK', zone: london }));
  return store;
}

/** Sheets from CSV texts by name. */
export function sheets(texts: Readonly<Record<string, string>>): Sheets {
  return {
    sheets: Object.entries(texts).map(([name, text]) => sheetFrom(sheetNamed(name)!, `${name}.csv`, csvRows(text))!),
    warnings: [],
  };
}

export function importing(store: Store, source: Sheets, options: Partial<ImportInput> = {}): Promise<ImportReport> {
  const input = { production, source, dryRun: false, prune: false, by: 'Bronwen', now, held: [] };
  return importSchedule(store, { ...input, ...options });
}

export const snapshotOf = (store: Store): Promise<ScheduleSnapshot> => store.read(r => r.schedule.snapshot(production));

export async function eventOf(store: Store, id: string) {
  const event = await store.read(r => r.schedule.event(production, brandId<EventId>(id)));
  return event!;
}

/** A small company: one artist, two crew, a place. */
export const people =
  'id,name,kind,department\nC1,Idris Calloway,crew,Camera\nC2,Nerys Quarshie,crew,Sound\nCA1,Ada Rees,cast,\n';
const venues = 'id,name,address\nV1,Lantern House,Marlwood Road\nV2,Seawall Studios,Graving Dock Road\n';
export const schedule = `id,kind,title,date,start,end,venue,required,rrule,except
E1,meeting,Script talk,2027-03-02,10:00,11:00,V1,C1;CA1,,
E2,production_meeting,Weekly meeting,2027-03-01,09:00,10:00,V1,dept:Camera,FREQ=WEEKLY;BYDAY=MO;COUNT=6,2027-03-15
`;
export const company = { people, venues, schedule };

export const meeting: EventContent = {
  ...blankContent,
  title: 'Script talk',
  when: {
    kind: 'timed',
    start: '2027-03-02T10:00:00' as LocalDateTime,
    end: '2027-03-02T11:00:00' as LocalDateTime,
    zone: london,
  },
};
