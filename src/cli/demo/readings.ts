/** Reading back what happened: from the calendars, the mailboxes and the store themselves. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivered } from '../../../connectors/sandbox/mailbox.ts';
import { planMail } from '../../mail/outbox.ts';
import { sendDue } from '../../mail/send.ts';
import type { ScheduledEvent } from '../../model/event.ts';
import type { Finding, FindingKind } from '../../model/finding.ts';
import { attendanceOf } from '../../model/groups.ts';
import type { EventId } from '../../model/ids.ts';
import type { ScheduleSnapshot } from '../../model/schedule-snapshot.ts';
import { entryFor } from './acts.ts';
import type { Provider } from './diary.ts';
import type { DemoOffice } from './office.ts';

const lookMs = 40;

/** Waits until no calendar is due any more. Throws when the demo is to end. */
export async function settleCalendars(office: DemoOffice): Promise<void> {
  const { store, runtime } = office.app;
  office.daemon.wake();
  while ((await store.read(r => r.calendars.due(runtime.now(), 1))).length > 0) {
    await runtime.sleep(lookMs, office.signal);
    office.signal.throwIfAborted();
  }
}

/** Waits out the quiet period and sends; what waits for a person's release stays. */
export async function settleMail(office: DemoOffice): Promise<void> {
  const { app, production, mailbox, signal } = office;
  const { store, runtime, mail: settings } = app;
  await planMail(store, runtime, production, settings);
  for (;;) {
    signal.throwIfAborted();
    const open = await store.read(r => r.mail.messages(production, ['held', 'due', 'sending']));
    const waiting = open.filter(message => message.waitsFor !== 'release');
    if (waiting.length === 0) return;
    const next = Math.min(...waiting.filter(one => one.state !== 'sending').map(one => one.dueAt));
    const waitMs = Number.isFinite(next) ? Math.max(0, next - runtime.now()) : lookMs;
    if (waitMs > 0) await runtime.sleep(waitMs, signal);
    else await sendDue({ store, transport: mailbox, runtime, settings }, { ignoreQuiet: false, signal });
  }
}

/** A place in the record of requests and mails. */
export type Mark = Readonly<{ requests: number; mails: number }>;

export function markNow({ providers, mailbox }: DemoOffice): Mark {
  return { requests: providers.requests.length, mails: mailbox.all().length };
}

/** What the calendars and the mailboxes got since. */
export function since({ providers, mailbox }: DemoOffice, mark: Mark) {
  const asked = providers.requests.slice(mark.requests);
  const writes = asked.filter(({ write }) => write);
  const written = writes.map(({ provider, calendar }) => nameIn(provider, calendar));
  const mails = mailbox.all().slice(mark.mails);
  return {
    requests: asked.filter(({ sent }) => sent).length,
    writes: writes.length,
    writesAt: (provider: Provider) => writes.filter(one => one.provider === provider).length,
    /** The calendars that were written to, as `nameIn` gives them. */
    written: new Set(written),
    /** The most writes that any one calendar had. */
    mostWrites: mostOf(written),
    mails,
    mostMails: mostOf(mails.map(one => one.address)),
    invitations: mails.filter(({ mail }) => mail.calendar !== null).length,
  };
}

/** One name for each calendar of the demo. */
export const nameIn = (provider: Provider, calendar: string | null) => `${provider} ${calendar}`;

function mostOf(names: readonly string[]): number {
  return Math.max(0, ...[...Map.groupBy(names, name => name).values()].map(group => group.length));
}

export const readSnapshot = ({ app, production }: DemoOffice): Promise<ScheduleSnapshot> =>
  app.store.read(r => r.schedule.snapshot(production));

export async function readEvent(office: DemoOffice, id: EventId): Promise<ScheduledEvent> {
  const event = (await readSnapshot(office)).events.get(id);
  if (event === undefined) throw new Error(`the sample schedule has no event ${id}`);
  return event;
}

/** Whose mailboxes these mails went to, by name. */
export function readersOf(mails: readonly Delivered[], { people }: ScheduleSnapshot): string[] {
  const names = new Map([...people.values()].map(({ email, name }) => [email?.toLowerCase(), name]));
  return [...new Set(mails.map(({ address }) => names.get(address) ?? address))];
}

/** Everybody asked to an event, and the entry that each one's calendar shows (null: none, or no calendar). */
export async function readShown(office: DemoOffice, id: EventId) {
  const snapshot = await readSnapshot(office);
  const event = await readEvent(office, id);
  const asked = attendanceOf(event.content, snapshot).map(one => one.person);
  const withCalendar = asked.filter(person => office.diaries.has(person));
  const shown = withCalendar.map(person => ({ person, entry: entryFor(office, person, event.uid) }));
  return { event, asked, shown, without: asked.filter(person => !office.diaries.has(person)) };
}

/** The one open card of this kind about this event. */
export async function cardAbout(office: DemoOffice, kind: FindingKind, id: EventId): Promise<Finding | null> {
  const open = await office.app.store.read(r => r.findings.list(office.production, 'open'));
  return open.find(finding => finding.kind === kind && finding.event === id) ?? null;
}

/** Whether these words stand anywhere in the store's files, byte by byte. */
export async function storeHolds({ folder }: DemoOffice, words: string): Promise<boolean> {
  for (const file of await readdir(folder)) {
    if ((await readFile(join(folder, file))).includes(words)) return true;
  }
  return false;
}
