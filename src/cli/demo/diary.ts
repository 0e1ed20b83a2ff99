/** A person's calendar as their own program shows and changes it, whichever provider keeps it. */
import type { ProviderName } from '../../model/calendar.ts';
import type { When } from '../../model/when.ts';

/** Those that people of the demo have. */
export type Provider = Exclude<ProviderName, 'ics'>;

export type Entry = Readonly<{
  /** By which this calendar knows it. */
  id: string;
  /** Of what callboard put there that of the event; null: none is known. */
  uid: string | null;
  title: string;
  place: string;
  when: When;
  repeats: boolean;
}>;

/** Something of the person's own. */
export type Appointment = Readonly<{ uid: string; title: string; place: string; when: When }>;
export type EntryChange = Readonly<{ title?: string; when?: When }>;

/** Nothing here goes through callboard: it finds out when it looks. */
export interface Diary {
  readonly provider: Provider;
  /** By which the record of requests names this calendar. */
  readonly name: string;
  entries(): readonly Entry[];
  add(appointment: Appointment): void;
  /** Of what repeats every date is changed. */
  change(id: string, change: EntryChange): void;
  remove(id: string): void;
}
