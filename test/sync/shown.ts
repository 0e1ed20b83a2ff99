/** What a person's program shows of a calendar: read and expanded by ical.js, which shares nothing with callboard. */
import ICAL from 'ical.js';

export type Shown = Readonly<{ start: string; end: string; title: string; place: string }>;

/** A calendar of a test has no series longer than this. */
const most = 400;

/** Every single date of these objects, in order, in the wall time of its own zone. */
export function shownIn(texts: readonly string[]): Shown[] {
  return texts.flatMap(datesOf).sort((a, b) => (a.start < b.start ? -1 : 1));
}

function datesOf(text: string): Shown[] {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents('vevent').map(one => new ICAL.Event(one));
  const master = events.find(event => !event.isRecurrenceException());
  const overrides = events.filter(event => event.isRecurrenceException());
  if (master === undefined) return overrides.map(event => dateOf(event, event.startDate, event.endDate));
  if (!master.isRecurring()) return [dateOf(master, master.startDate, master.endDate)];
  for (const override of overrides) master.relateException(override);
  const found: Shown[] = [];
  const dates = master.iterator();
  for (let next = dates.next(); next && found.length < most; next = dates.next()) {
    const { item, startDate, endDate } = master.getOccurrenceDetails(next);
    found.push(dateOf(item, startDate, endDate));
  }
  return found;
}

function dateOf(event: ICAL.Event, start: ICAL.Time, end: ICAL.Time): Shown {
  return { start: start.toString(), end: end.toString(), title: event.summary ?? '', place: event.location ?? '' };
}
