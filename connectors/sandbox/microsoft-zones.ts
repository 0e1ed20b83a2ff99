/** Time zones as Exchange takes and shows them: Windows names and IANA names, and names of its own. */
import { findIana } from 'windows-iana';

/** A zone under the name by which it was given. */
export type WireZone = Readonly<{ shown: string; iana: string }>;

/** null: Exchange would refuse it (`TimeZoneNotSupportedException`). */
export function wireZone(name: string): WireZone | null {
  const iana = findIana(name)[0] ?? (name === 'tzone://Microsoft/Utc' ? 'UTC' : name);
  try {
    new Intl.DateTimeFormat('en', { timeZone: iana });
    return { shown: name, iana };
  } catch {
    return null;
  }
}

/** A wall time in a zone; of a time that comes twice Exchange takes the later. */
export function zonedTime(local: string, zone: string): Temporal.ZonedDateTime {
  const plain = Temporal.PlainDateTime.from(local);
  const [earlier, later] = (['earlier', 'later'] as const).map(disambiguation =>
    plain.toZonedDateTime(zone, { disambiguation }),
  );
  const compatible = plain.toZonedDateTime(zone);
  return later?.toPlainDateTime().equals(plain) && earlier ? later : compatible;
}

/** `2027-03-16T08:00:00.0000000` */
export function wireTime(time: Temporal.PlainDateTime): string {
  return `${time.toString({ smallestUnit: 'second' })}.0000000`;
}
