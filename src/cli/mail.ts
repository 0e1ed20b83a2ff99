/** `callboard mail list | preview | release | flush`: the outbox. */
import type { App } from '../app.ts';
import { planMail, previewMail, releaseMessages } from '../mail/outbox.ts';
import { sendDue } from '../mail/send.ts';
import { stampWords } from '../mail/words.ts';
import { brandId, type EventId, type OutboxId, type PersonId } from '../model/ids.ts';
import type { Mail, OutboxMessage } from '../model/message.ts';
import type { ZoneName } from '../model/when.ts';
import { type Command, productionOf } from './context.ts';
import { CommandError, counted, table, UsageError } from './terminal.ts';

type InProduction = Readonly<{ production?: string }>;

export function listMail(options: InProduction & Readonly<{ all?: boolean }>): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const { id, timezone } = productionOf(callboard.config, options.production);
    await planMail(callboard.store, callboard.runtime, id, callboard.mail);
    const all = await callboard.store.read(r => r.mail.messages(id));
    const messages = all.filter(message => options.all || message.state !== 'dropped').toSorted(byEventAndReader);
    terminal.result(messages.map(publicMessage), () =>
      messages.length === 0
        ? 'the outbox is empty'
        : table(
            ['id', 'event', 'person', 'kind', 'state', 'goes or went', 'problem'],
            messages.map(message => cellsOf(message, timezone)),
          ),
    );
    return 0;
  };
}

function byEventAndReader(a: OutboxMessage, b: OutboxMessage): number {
  const key = ({ event, reader }: OutboxMessage) => `${event} ${reader.person} ${reader.about}`;
  return key(a) < key(b) ? -1 : 1;
}

function cellsOf({ id, event, reader, kind, state, waitsFor, dueAt, sentAt, problem }: OutboxMessage, zone: ZoneName) {
  const person = reader.about === reader.person ? reader.person : `${reader.person} for ${reader.about}`;
  const goes = waitsFor === 'release' ? 'when released' : stampWords(sentAt ?? dueAt, zone);
  return [id, event, person, kind, state, goes, problem ?? ''];
}

function publicMessage(message: OutboxMessage) {
  const { id, event, reader, kind, state, version, sequence, messageId, waitsFor, problem } = message;
  const sentAt = message.sentAt === null ? null : new Date(message.sentAt).toISOString();
  const dueAt = new Date(message.dueAt).toISOString();
  const about = reader.about === reader.person ? null : reader.about;
  return {
    id,
    event,
    person: reader.person,
    about,
    kind,
    state,
    version,
    sequence,
    messageId,
    waitsFor,
    dueAt,
    sentAt,
    problem,
  };
}

export function previewCommand(options: InProduction & Readonly<{ event: string; person?: string }>): Command {
  return async ({ terminal, app, runtime }) => {
    await using callboard = await app();
    const { id: production } = productionOf(callboard.config, options.production);
    const event = brandId<EventId>(options.event);
    const person = options.person === undefined ? null : brandId<PersonId>(options.person);
    const previews = await callboard.store.read(async r => {
      const { events, people } = await r.schedule.snapshot(production);
      if (!events.has(event)) throw new CommandError(`there is no event “${event}” in ${production}`);
      if (person && !people.has(person)) throw new CommandError(`there is no person “${person}” in ${production}`);
      return await previewMail(r, runtime, callboard.mail, { production, event, person });
    });
    terminal.result(
      previews.map(({ message, mail }) => ({ ...publicMessage(message), mail })),
      () =>
        previews.map(({ mail }) => asText(mail)).join(`\n\n${'='.repeat(72)}\n\n`) ||
        `${person ?? 'nobody'} is ${person ? 'not ' : ''}mailed about ${event}`,
    );
    return 0;
  };
}

function asText({ from, to, subject, messageId, text, calendar }: Mail): string {
  const part = calendar ? [`[calendar part: METHOD:${calendar.method}]`] : [];
  return [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Message-ID: ${messageId}`, ...part, '', text].join(
    '\n',
  );
}

export function releaseMail(ids: readonly string[], options: InProduction & Readonly<{ all?: boolean }>): Command {
  return async ({ terminal, app, runtime }) => {
    if ((ids.length === 0) !== Boolean(options.all)) throw new UsageError('release takes message ids, or --all');
    await using callboard = await app();
    const { id: production } = productionOf(callboard.config, options.production);
    await planMail(callboard.store, runtime, production, callboard.mail);
    const known = new Set((await callboard.store.read(r => r.mail.messages(production))).map(({ id }) => id));
    const chosen = ids.map(id => brandId<OutboxId>(id));
    const unknown = chosen.find(id => !known.has(id));
    if (unknown) throw new CommandError(`there is no message “${unknown}”; see \`callboard mail list\``);
    const released = await releaseMessages(callboard.store, runtime, production, options.all ? 'all' : chosen);
    terminal.result({ released }, () => `released: ${counted(released, 'message')}`);
    return 0;
  };
}

export function flushMail(): Command {
  return async ({ terminal, app, signal }) => {
    await using callboard = await app();
    const { sent, failed, later, stoppedBy } = await sendNow(callboard, signal);
    const waiting = await waitingForRelease(callboard);
    const problem = stoppedBy?.message ?? null;
    terminal.result({ sent, failed, later, waiting, problem }, () => {
      const counts = `sent: ${sent}; failed: ${failed}; to be tried again: ${later}`;
      return waiting > 0 ? `${counts}\nwaiting for \`callboard mail release\`: ${waiting}` : counts;
    });
    if (problem !== null) throw new CommandError(`mail cannot be sent: ${problem}`);
    if (failed > 0) throw new CommandError(`${counted(failed, 'message')} failed; see \`callboard mail list\``);
    return 0;
  };
}

async function waitingForRelease({ store, config }: App): Promise<number> {
  const held = await store.read(r => Promise.all(config.productions.map(({ id }) => r.mail.messages(id, ['held']))));
  return held.flat().filter(message => message.waitsFor === 'release').length;
}

async function sendNow(app: App, signal: AbortSignal) {
  for (const { id } of app.config.productions) await planMail(app.store, app.runtime, id, app.mail);
  await using transport = app.openTransport();
  const parts = { store: app.store, transport, runtime: app.runtime, settings: app.mail };
  return await sendDue(parts, { ignoreQuiet: true, signal });
}
