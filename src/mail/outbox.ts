/** The outbox: planning into the store, releasing what waits for a person, and showing what would be said. */
import type { EventId, Instant, OutboxId, PersonId, ProductionId } from '../model/ids.ts';
import { brandId } from '../model/ids.ts';
import type { Mail, OutboxMessage, Reader, Told } from '../model/message.ts';
import type { ScheduleSnapshot } from '../model/schedule-snapshot.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Repositories, Store } from '../store/store.ts';
import { type CarrierOf, carriersFrom } from './carriers.ts';
import { readersOf } from './cases.ts';
import { composeMail, type Office } from './compose.ts';
import type { QuietHours } from './quiet.ts';
import { type MailPlan, planMessages } from './told.ts';

/** `mail` of the configuration, as the outbox uses it. */
export type MailSettings = Readonly<{
  office: Office;
  quietPeriodMs: number;
  quietHours: QuietHours | null;
  reviewOver: number;
}>;

export type PlannedMail = Readonly<{
  created: number;
  changed: number;
  dropped: number;
  /** Of the new ones: waiting for a person's release. */
  waiting: number;
  /** Of the new ones: inside twelve hours of their event, so they go at once; the coordinator is to be told. */
  urgent: number;
  unreachable: MailPlan['unreachable'];
}>;

const openStates = ['held', 'due', 'sending', 'unknown', 'failed'] as const;
const firstImportKey = (production: ProductionId) => `mail/first-import/${production}`;

/**
 * Notes that a production was filled from sheets for the first time: what the next planning makes waits for release.
 * Call it in the transaction of that import.
 */
export async function markFirstImport({ meta }: Repositories, production: ProductionId): Promise<void> {
  await meta.put(firstImportKey(production), 'waiting');
}

/** Makes the outbox match the schedule, in one transaction. Quiet when nothing changed. Throws StoreError. */
export async function planMail(
  store: Store,
  runtime: Pick<Runtime, 'now' | 'id'>,
  production: ProductionId,
  settings: MailSettings,
): Promise<PlannedMail> {
  return store.write(async repositories => {
    const { schedule, mail, meta } = repositories;
    const snapshot = await schedule.snapshot(production);
    const known = await mail.messages(production, [...openStates]);
    const firstImport = (await meta.get(firstImportKey(production))) === 'waiting';
    const now = runtime.now();
    const plan = planMessages({
      snapshot,
      told: await mail.told(production),
      open: known,
      carriers: await carriersOf(repositories, production),
      now,
      settings: { ...settings, firstImport, domain: settings.office.address.split('@')[1] ?? 'callboard' },
      newId: () => brandId<OutboxId>(runtime.id()),
    });
    if (plan.put.length > 0) await mail.putMessages(plan.put);
    if (firstImport && plan.put.length > 0) await meta.put(firstImportKey(production), 'planned');
    return countsOf(plan, new Set(known.map(message => message.id)));
  });
}

function countsOf({ put, unreachable }: MailPlan, known: ReadonlySet<OutboxId>): PlannedMail {
  const created = put.filter(message => !known.has(message.id));
  const dropped = put.filter(message => message.state === 'dropped');
  return {
    created: created.length,
    changed: put.length - created.length - dropped.length,
    dropped: dropped.length,
    waiting: created.filter(message => message.waitsFor === 'release').length,
    urgent: created.filter(message => message.state === 'due').length,
    unreachable,
  };
}

/** How events reach the people of a production, from its linked calendars. */
export async function carriersOf({ calendars }: Repositories, production: ProductionId): Promise<CarrierOf> {
  return carriersFrom((await calendars.all(production)).map(row => row.link));
}

/**
 * Frees messages that wait for a person's release (or for the quiet period), and failed ones to be tried again.
 * Returns how many.
 */
export async function releaseMessages(
  store: Store,
  runtime: Pick<Runtime, 'now'>,
  production: ProductionId,
  which: readonly OutboxId[] | 'all',
): Promise<number> {
  return store.write(async ({ mail }) => {
    const now = runtime.now();
    const held = await mail.messages(production, which === 'all' ? ['held'] : ['held', 'failed']);
    const chosen = held.filter(({ id, waitsFor }) => (which === 'all' ? waitsFor === 'release' : which.includes(id)));
    await mail.putMessages(chosen.map(message => dueNow(message, now)));
    return chosen.length;
  });
}

/** A message as it stands when it may go. What failed is written anew: its address may have been mended. */
export function dueNow(message: OutboxMessage, now: Instant): OutboxMessage {
  const again = message.state === 'failed' ? { mail: null, tries: 0, problem: null } : {};
  return { ...message, ...again, state: 'due', waitsFor: null, dueAt: Math.min(message.dueAt, now) };
}

/** The mail of a message as it went, or as it would go now. Throws ComposeError. */
async function renderMessage(
  repositories: Repositories,
  message: OutboxMessage,
  settings: MailSettings,
  now: Instant,
): Promise<Mail> {
  if (message.mail) return message.mail;
  const snapshot = await repositories.schedule.snapshot(message.production);
  const carriers = await carriersOf(repositories, message.production);
  const told = await toldOf(repositories, message);
  return composeMail({ message, told, snapshot, carriers, office: settings.office, now });
}

export async function toldOf({ mail }: Repositories, message: OutboxMessage): Promise<Told | null> {
  const rows = await mail.toldOf(message.production, message.event);
  return rows.find(({ reader }) => sameReader(reader, message.reader)) ?? null;
}

const sameReader = (a: Reader, b: Reader) => a.person === b.person && a.about === b.about;

/**
 * What each reader of an event would get: the message under way, or else an invitation as it stands now.
 * `person`: only mail to or about that person. Throws ComposeError.
 */
export async function previewMail(
  repositories: Repositories,
  runtime: Pick<Runtime, 'now'>,
  settings: MailSettings,
  of: Readonly<{ production: ProductionId; event: EventId; person: PersonId | null }>,
): Promise<readonly Readonly<{ message: OutboxMessage; mail: Mail }>[]> {
  const snapshot = await repositories.schedule.snapshot(of.production);
  const underWay = (await repositories.mail.messages(of.production, [...openStates])).filter(
    ({ event, state }) => event === of.event && state !== 'failed',
  );
  const others = specimens(snapshot, of.event, runtime.now()).filter(
    specimen => !underWay.some(message => sameReader(message.reader, specimen.reader)),
  );
  const wanted = [...underWay, ...others].filter(
    ({ reader }) => of.person === null || reader.person === of.person || reader.about === of.person,
  );
  const previews = [];
  for (const message of wanted) {
    previews.push({ message, mail: await renderMessage(repositories, message, settings, runtime.now()) });
  }
  return previews;
}

/** Invitations that nobody has sent: what each reader of the event would be told today. */
function specimens(snapshot: ScheduleSnapshot, id: EventId, now: Instant): OutboxMessage[] {
  const event = snapshot.events.get(id);
  if (!event?.published) return [];
  const { content, version } = event.published;
  return readersOf(content, snapshot).statements.flatMap(({ reader, statement }) => {
    if (statement === null) return [];
    const name = `preview-${id}-${reader.person}-${reader.about}`;
    return {
      id: brandId<OutboxId>(name),
      production: snapshot.production,
      event: id,
      reader,
      kind: 'invite',
      state: 'held',
      version,
      statement,
      sequence: event.sequence,
      messageId: `<${name}@callboard>`,
      waitsFor: null,
      dueAt: now,
      createdAt: now,
      changedAt: now,
      sentAt: null,
      tries: 0,
      problem: null,
      mail: null,
    };
  });
}
