/** `callboard mail list | preview | release | flush`: the outbox. */

import type { App } from '../app.ts';
import { planMail, previewMail, releaseMessages } from '../mail/outbox.ts';
import { sendDue } from '../mail/send.ts';
import { openTransport } from '../mail/transports/transport.ts';
import { brandId, type EventId, type OutboxId, type PersonId } from '../model/ids.ts';
import type { Mail, OutboxMessage } from '../model/message.ts';
import { type Command, productionOf } from './context.ts';
import { table, UsageError } from './terminal.ts';

type InProduction = Readonly<{ production?: string }>;

export function listMail(options: InProduction & Readonly<{ all?: boolean }>): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const { id } = productionOf(callboard.config, options.production);
    await planMail(callboard.store, callboard.runtime, id, callboard.mail);
    const messages = await callboard.store.read(r => r.mail.messages(id));
    const rows = messages.filter(message => options.all || message.state !== 'dropped').map(publicMessage);
    terminal.result(rows, () =>
      rows.length === 0
        ? 'the outbox is empty'
        : table(
            ['id', 'event', 'person', 'kind', 'state', 'waits for', 'problem'],
            rows.map(row => [
              row.id,
              row.event,
              row.person,
              row.kind,
              row.state,
              row.waitsFor ?? '',
              row.problem ?? '',
            ]),
          ),
    );
    return 0;
  };
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
      if ((await r.schedule.event(production, event)) === null) throw new UsageError(`there is no event “${event}”`);
      return await previewMail(r, runtime, callboard.mail, { production, event, person });
    });
    terminal.result(
      previews.map(({ message, mail }) => ({ ...publicMessage(message), mail })),
      () =>
        previews.map(({ mail }) => asText(mail)).join(`\n\n${'='.repeat(72)}\n\n`) ||
        'nobody is mailed about this event',
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
    await using callboard = await app();
    if ((ids.length === 0) !== Boolean(options.all)) throw new UsageError('release takes message ids, or --all');
    const { id: production } = productionOf(callboard.config, options.production);
    await planMail(callboard.store, runtime, production, callboard.mail);
    const which = options.all ? ('all' as const) : ids.map(id => brandId<OutboxId>(id));
    const released = await releaseMessages(callboard.store, runtime, production, which);
    terminal.result({ released }, () => `released: ${released} messages`);
    return 0;
  };
}

export function flushMail(): Command {
  return async ({ terminal, app, signal }) => {
    await using callboard = await app();
    const result = await sendNow(callboard, signal);
    const { sent, failed, later, stoppedBy } = result;
    const problem = stoppedBy?.message ?? null;
    terminal.result(
      { sent, failed, later, problem },
      () => `sent: ${sent}; failed: ${failed}; to be tried again: ${later}`,
    );
    if (problem !== null) terminal.note(`mail cannot be sent: ${problem}`);
    return failed > 0 || problem !== null ? 1 : 0;
  };
}

async function sendNow(app: App, signal: AbortSignal) {
  for (const { id } of app.config.productions) await planMail(app.store, app.runtime, id, app.mail);
  await using transport = openTransport(app.config.mail.transport, app.runtime);
  const parts = { store: app.store, transport, runtime: app.runtime, settings: app.mail };
  return await sendDue(parts, { ignoreQuiet: true, signal });
}
