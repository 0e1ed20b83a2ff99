/** How a sheet names one occurrence of a series: by its original date, and by its time where the date alone won't do. */

import { dateOf, occurrenceOn } from '../../model/occurrence.ts';
import type { OccurrenceStart } from '../../model/series.ts';
import type { LocalDate, When } from '../../model/when.ts';
import { type Cell, date, time } from './cell.ts';

/** `2027-03-22`, or `2027-03-22 15:00` in a series with several times of day. */
export const occurrenceName: Cell<string> = {
  ...date,
  read: value => {
    const [day = '', clock, ...rest] = value.replace(/T00:00:00$/, '').split(/[T ]+/);
    const onDay = date.read(day);
    if ('problem' in onDay || clock === undefined) return onDay;
    const atTime = time.read(clock);
    if ('problem' in atTime || rest.length > 0) return { problem: 'not a date; write YYYY-MM-DD or YYYY-MM-DD HH:MM' };
    return { value: `${onDay.value} ${time.write(atTime.value)}` };
  },
  write: value => value,
};

/** The occurrence that a cell names in a series. */
export function occurrenceNamed(name: string, series: When): OccurrenceStart {
  const [day = '', clock] = name.split(' ');
  const withSeconds = clock?.length === 5 ? `${clock}:00` : clock;
  return occurrenceOn(day as LocalDate, series, withSeconds);
}

/** The shortest cell that names it. */
export function shownOccurrence(occurrence: OccurrenceStart, series: When): string {
  const day = dateOf(occurrence);
  return occurrenceOn(day, series) === occurrence ? day : `${day} ${time.write(occurrence.slice(11))}`;
}
