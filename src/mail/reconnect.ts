/**
 * A calendar that its provider no longer lets us into: the office is told once in one mail of all of them, and each
 * person who can mend it themself once, with the address at which they can. Told again only after it had worked again.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CalendarLink, CalendarRow } from '../model/calendar.ts';
import type { Instant } from '../model/ids.ts';
import type { Mail } from '../model/message.ts';
import type { Person } from '../model/person.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Repositories, Store } from '../store/store.ts';
import type { Office } from './compose.ts';
import { asHtml, asText, type Block } from './layout.ts';
import { MailError } from './mail-error.ts';
import { afterQuietHours, type QuietHours } from './quiet.ts';
import { isMailable } from './routing.ts';
import type { MailTransport } from './transports/transport.ts';
import { headerName, mailbox } from './words.ts';

export type ReconnectParts = Readonly<{
  store: Store;
  runtime: Pick<Runtime, 'now' | 'log'>;
  transport: MailTransport;
  settings: Readonly<{ office: Office; quietHours: QuietHours | null }>;
  /** A fresh address at which the owner of this link can say yes again; null: only an administrator can mend it. */
  addressFor(link: CalendarLink): Promise<string | null>;
}>;

/** What one trouble has in common falls in within this time, and stands in one mail. */
const gatherMs = 2 * 60_000;
const keyStart = 'reconnect/';
/** An earlier try may have lost its answer: nothing remembers, so a transport that can look does. */
const maybe = { mayBeSent: true } as const;

const note = z.object({ since: z.number(), officeTold: z.boolean(), personTold: z.boolean() });
type Note = z.infer<typeof note>;
type Trouble = Readonly<{ row: CalendarRow; note: Note; person: Person | null; production: string; night: Instant }>;

/** Quiet when all calendars are let in. What cannot be mailed now is tried again at the next call. */
export async function tellReconnect(parts: ReconnectParts): Promise<void> {
  const troubles = (await takeNote(parts)).filter(one => parts.runtime.now() >= one.note.since + gatherMs);
  try {
    const untold = troubles.filter(one => !one.note.officeTold);
    if (untold.length > 0) {
      await parts.transport.send(officeMail(untold, parts.settings.office), maybe);
      await mark(parts, untold, { officeTold: true });
    }
    for (const trouble of troubles) await tellPerson(parts, trouble);
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    parts.runtime.log.warn({ kind: error.kind }, 'nobody could be told of a calendar that must be reconnected');
  }
}

async function tellPerson(parts: ReconnectParts, trouble: Trouble): Promise<void> {
  const { person, note: known, row, night } = trouble;
  if (known.personTold || parts.runtime.now() < night) return;
  const address = person?.email ?? '';
  const mend = isMailable(address) ? await parts.addressFor(row.link) : null;
  if (person && mend !== null)
    await parts.transport.send(personMail(trouble, person, address, mend, parts.settings.office), maybe);
  await mark(parts, [trouble], { personTold: true });
}

/** Remembers since when each calendar waits, and forgets those that work again. */
async function takeNote({ store, runtime, settings }: ReconnectParts): Promise<readonly Trouble[]> {
  const waiting = await store.read(async r => (await r.calendars.all()).filter(row => row.state === 'needs-consent'));
  const noted = await store.read(r => r.meta.keys(keyStart));
  if (waiting.length === 0 && noted.length === 0) return [];
  return await store.write(async r => {
    const troubles: Trouble[] = [];
    for (const row of waiting) {
      const key = keyStart + row.link.id;
      const stored = await noteAt(r, key);
      const known = stored ?? { since: runtime.now(), officeTold: false, personTold: false };
      if (stored === null) await r.meta.put(key, JSON.stringify(known));
      const { people, name, zone } = await r.schedule.snapshot(row.link.production);
      const night = afterQuietHours(runtime.now(), settings.quietHours, zone);
      troubles.push({ row, note: known, person: people.get(row.link.person) ?? null, production: name, night });
    }
    const still = new Set(waiting.map(row => keyStart + row.link.id));
    // Tried again at this moment is not mended yet: only what was read is.
    const rows = new Map((await r.calendars.all()).map(row => [keyStart + row.link.id, row.state] as const));
    for (const key of noted) if (!still.has(key) && (rows.get(key) ?? 'ok') === 'ok') await r.meta.remove(key);
    return troubles;
  });
}

async function mark({ store }: ReconnectParts, troubles: readonly Trouble[], change: Partial<Note>): Promise<void> {
  await store.write(async r => {
    for (const { row } of troubles) {
      const key = keyStart + row.link.id;
      const known = await noteAt(r, key);
      if (known !== null) await r.meta.put(key, JSON.stringify({ ...known, ...change }));
    }
  });
}

async function noteAt({ meta }: Repositories, key: string): Promise<Note | null> {
  const parsed = note.safeParse(JSON.parse((await meta.get(key)) ?? 'null'));
  return parsed.success ? parsed.data : null;
}

function officeMail(troubles: readonly Trouble[], office: Office): Mail {
  const [first] = troubles;
  const count = troubles.length === 1 ? 'A calendar waits' : `${troubles.length} calendars wait`;
  const subject = `${headerName(first?.production ?? 'callboard')}: ${count.toLowerCase()} to be reconnected`;
  const rows = troubles.map(({ row, person }) => ({
    name: person?.name ?? row.link.person,
    value: `${row.link.id}: ${row.problem ?? 'the provider refuses us'}`,
    link: null,
  }));
  return mailOf(troubles, office, mailbox(office.name, office.address), subject, [
    { kind: 'lead', text: `${count} to be reconnected.` },
    { kind: 'facts', rows },
    {
      kind: 'text',
      text: 'Nothing is lost: what changes meanwhile arrives when they are connected again. All other calendars go on. `callboard doctor` names the mend.',
    },
  ]);
}

function personMail(trouble: Trouble, person: Person, address: string, mend: string, office: Office): Mail {
  const subject = `${headerName(trouble.production)}: please reconnect your calendar`;
  return mailOf([trouble], office, mailbox(person.name, address), subject, [
    { kind: 'lead', text: 'Your calendar no longer lets us keep your schedule in it.' },
    { kind: 'facts', rows: [{ name: 'Mend', value: mend, link: mend }] },
    {
      kind: 'text',
      text: 'Open the address, sign in and say yes. Everything that has changed meanwhile then arrives. Until then ask the office for your times.',
    },
  ]);
}

function mailOf(troubles: readonly Trouble[], office: Office, to: string, subject: string, body: Block[]): Mail {
  const foot: Block = { kind: 'foot', text: [office.name, office.contact].filter(Boolean).join('\n') };
  const blocks = [...body, foot];
  // The same trouble told again after a lost answer is the same message.
  const what = JSON.stringify([to, troubles.map(({ row, note: known }) => [row.link.id, known.since])]);
  const id = createHash('sha256').update(what).digest('hex').slice(0, 32);
  return {
    from: mailbox(office.name, office.address),
    to,
    subject,
    text: asText(blocks),
    html: asHtml(subject, blocks),
    messageId: `<${id}.reconnect@${office.address.split('@')[1] ?? 'callboard'}>`,
    references: [],
    calendar: null,
  };
}
