/** The import as a use-case: one reading, one plan, one transaction. */
import type { ProductionId } from '../model/ids.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { Repositories, Store } from '../store/store.ts';
import { wakeAll } from './directory.ts';
import { type ImportOptions, type ImportPlan, type ImportReport, planImport } from './import/plan.ts';
import { settleReplyCards } from './reply-cards.ts';
import { attendeesOf, historyLine } from './save.ts';
import type { Sheets } from './sheets/sheet.ts';

export type { ImportReport } from './import/plan.ts';

export type ImportInput = ImportOptions &
  Readonly<{
    production: ProductionId;
    source: Sheets;
    /** Says what would happen and writes nothing. */
    dryRun: boolean;
    /** Called after each thing saved, for a progress bar. */
    onProgress?: (done: number, total: number, label: string) => void;
  }>;

/**
 * Imports the sheets. All accepted rows are saved in one transaction or none is; a second import of the same sheets
 * finds everything unchanged, makes no versions and wakes nobody.
 * Throws StoreError `not-found` for an unknown production.
 */
export async function importSchedule(store: Store, input: ImportInput): Promise<ImportReport> {
  const plan = async (r: Repositories) => {
    const snapshot = await r.schedule.snapshot(input.production);
    return { snapshot, plan: planImport(snapshot, input.source, input) };
  };
  if (input.dryRun) return (await store.read(plan)).plan.report;
  return store.write(async r => {
    const planned = await plan(r);
    await apply(r, planned.snapshot, planned.plan, input);
    return planned.plan.report;
  });
}

async function apply(r: Repositories, snapshot: ScheduleSnapshot, plan: ImportPlan, input: ImportInput): Promise<void> {
  const steps = stepsOf(r, plan, input);
  for (const [index, step] of steps.entries()) {
    await step.run();
    input.onProgress?.(index + 1, steps.length, step.label);
  }
  await wake(r, snapshot, plan);
  await settleReplyCards(r, input.production, input.now);
}

type StepToDo = Readonly<{ label: string; run: () => Promise<void> }>;

function stepsOf(r: Repositories, plan: ImportPlan, input: ImportInput): StepToDo[] {
  const { schedule } = r;
  const { production } = input;
  const before = (version: number) => (version === 1 ? null : version - 1);
  const { travel, constraints, removed } = plan;
  return [
    ...plan.venues.map(each => ({ label: each.id, run: () => schedule.putVenue(each, before(each.version)) })),
    ...plan.people.map(each => ({ label: each.id, run: () => schedule.putPerson(each, before(each.version)) })),
    ...plan.groups.map(each => ({ label: each.id, run: () => schedule.putGroup(each, before(each.version)) })),
    ...plan.events.map(each => ({
      label: each.id,
      run: () => schedule.putEvent(each, historyLine(each, { ...input, source: 'import' }), before(each.version)),
    })),
    ...(travel ? [{ label: 'travel', run: () => schedule.replaceTravel(production, travel) }] : []),
    ...(constraints ? [{ label: 'constraints', run: () => schedule.replaceConstraints(production, constraints) }] : []),
    ...[...removed.groups].map(id => ({ label: id, run: () => schedule.removeGroup(production, id) })),
    ...[...removed.people].map(id => ({ label: id, run: () => schedule.removePerson(production, id) })),
    ...[...removed.venues].map(id => ({ label: id, run: () => schedule.removeVenue(production, id) })),
  ];
}

async function wake(r: Repositories, snapshot: ScheduleSnapshot, plan: ImportPlan): Promise<void> {
  const { people, venues, groups } = plan.removed;
  const directory = [...plan.people, ...plan.venues, ...plan.groups, ...people, ...venues, ...groups];
  if (directory.length > 0) {
    await wakeAll(r, snapshot.production);
    return;
  }
  const touched = plan.events.flatMap(event => [event, snapshot.events.get(event.id) ?? null]);
  const attendees = attendeesOf(touched, snapshot);
  if (attendees.size > 0) await r.calendars.wakePeople(snapshot.production, [...attendees]);
}
