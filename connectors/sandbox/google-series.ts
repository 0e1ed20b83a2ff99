/** Repeating events as Google keeps them: masters, instances that exist only by name, exceptions. Pure. Section 10. */
import { occurrences } from '../../src/ical/expand.ts';
import { IcalError } from '../../src/ical/ical-error.ts';
import { parseProperty } from '../../src/ical/property.ts';
import { leftOut } from '../../src/ical/read-dates.ts';
import { normaliseRule } from '../../src/ical/rule.ts';
import { brandId } from '../../src/model/ids.ts';
import { isLocalDate, isZone, localAt, type Range, rangeOf, type When, type ZoneName } from '../../src/model/when.ts';
import { instantIn, type SandboxEvent, withOffset } from './google-event.ts';
import { refusal } from './google-refusal.ts';

/** One date of a series. */
export type Instance = Readonly<{ id: string; when: When }>;

/** The most instances of one series that are shown. */
const maxInstances = 2500;

/** The dates of a master in a range, without those that its own lines leave out. */
export function instancesOf(master: SandboxEvent, zone: ZoneName, range: Range): readonly Instance[] {
  const when = whenOf(master, zone);
  const properties = (master.recurrence ?? []).flatMap(line => parseProperty(line) ?? []);
  const rule = properties.find(({ name }) => name === 'RRULE')?.value;
  try {
    const exdates = [...leftOut(properties, when, tzid => brandId<ZoneName>(tzid), new Set())];
    const series = { rrule: normaliseRule(rule ?? 'FREQ=DAILY;COUNT=1', when), exdates, overrides: [] };
    const { starts } = occurrences(when, series, range, maxInstances);
    return starts.map(one => ({ id: instanceId(master.id ?? '', one.when), when: one.when }));
  } catch (error) {
    if (error instanceof IcalError) throw refusal(400, 'invalid', { message: 'Invalid recurrence rule.' });
    throw error;
  }
}

/** The instance of this name, or null: the rule has no such date. */
export function instanceNamed(master: SandboxEvent, zone: ZoneName, id: string): Instance | null {
  const [, year, month, day, hour, minute, second] = /_(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$/.exec(id) ?? [];
  if (year === undefined) return null;
  const at = Date.parse(`${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`);
  const day2 = 86_400_000;
  return instancesOf(master, zone, { from: at - day2, to: at + day2 }).find(one => one.id === id) ?? null;
}

/** The instance as an event of its own; every detail is the master's until it is changed. */
export function instanceEvent(master: SandboxEvent, { id, when }: Instance, zone: ZoneName): SandboxEvent {
  const { recurrence: _, ...details } = master;
  const named = master.start?.timeZone ?? zone;
  const moment = (which: 'start' | 'end') =>
    when.kind === 'all-day'
      ? { date: when[which] }
      : { dateTime: withOffset(rangeOf(when)[which === 'start' ? 'from' : 'to'], zone), timeZone: named };
  return {
    ...details,
    id,
    recurringEventId: master.id ?? null,
    originalStartTime: moment('start'),
    start: moment('start'),
    end: moment('end'),
  };
}

function whenOf(event: SandboxEvent, zone: ZoneName): When {
  const { start = {}, end = {} } = event;
  if (start.date != null && end.date != null && isLocalDate(start.date) && isLocalDate(end.date)) {
    return { kind: 'all-day', start: start.date, end: end.date, zone };
  }
  const named = start.timeZone ?? '';
  const own = isZone(named) ? named : zone;
  return {
    kind: 'timed',
    start: localAt(instantIn(start, zone), own),
    end: localAt(instantIn(end, zone), own),
    zone: own,
  };
}

/** Whether a master still has the date that this exception is of. */
export function fits(master: SandboxEvent, exception: SandboxEvent, zone: ZoneName): boolean {
  return (
    exception.id != null && instanceNamed({ ...master, recurrence: ruleOnly(master) }, zone, exception.id) !== null
  );
}

/** What changes with the series in an exception that had not been changed in that itself. */
export function carried(before: SandboxEvent, after: SandboxEvent, exception: SandboxEvent): SandboxEvent {
  const names = ['summary', 'location', 'description', 'transparency', 'visibility', 'colorId', 'source'] as const;
  const same = (name: (typeof names)[number]) => JSON.stringify(exception[name]) === JSON.stringify(before[name]);
  const changes = names.filter(name => same(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const { ...carriedOver } = exception;
  for (const name of changes) {
    delete carriedOver[name];
    Object.assign(carriedOver, after[name] === undefined ? {} : { [name]: after[name] });
  }
  return carriedOver;
}

function ruleOnly(master: SandboxEvent): string[] {
  return (master.recurrence ?? []).filter(line => line.startsWith('RRULE'));
}

function instanceId(master: string, when: When): string {
  const basic = (text: string) => text.replaceAll(/[-:]/g, '');
  if (when.kind === 'all-day') return `${master}_${basic(when.start)}`;
  return `${master}_${basic(new Date(rangeOf(when).from).toISOString().slice(0, 19))}Z`;
}
