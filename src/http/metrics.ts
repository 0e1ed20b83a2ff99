/**
 * /metrics for Prometheus: the process, and what the store says at the moment of asking. Numbers only: labels are
 * states and kinds, never a person, an event or a production.
 */
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { CalendarRow } from '../model/calendar.ts';
import type { CopyState } from '../model/copy.ts';
import { findingKinds } from '../model/finding.ts';
import type { Instant } from '../model/ids.ts';
import type { Repositories, Store } from '../store/store.ts';
import { openMessageStates, tally } from './figures.ts';
import type { HttpOptions } from './options.ts';

const calendarStates: readonly CalendarRow['state'][] = ['ok', 'halted', 'needs-consent', 'unread', 'fault'];
const copyStates: readonly CopyState[] = ['wanted', 'placed', 'hidden', 'removed', 'stuck'];
/** Counting copies reads every one of them: not at every scrape. */
const copiesKeptMs = 60_000;
const allDue = 1_000_000;

type Counts = ReadonlyMap<string, number>;

export function addMetrics(app: FastifyInstance, { store, runtime, version, startedAt }: HttpOptions): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = gaugesOf(registry);
  gauge('build_info', 'The version that runs; always 1', 'version')(new Map([[version, 1]]));
  gauge('started_timestamp_seconds', 'When the daemon started')(startedAt / 1000);
  const calendars = gauge('calendars', 'Linked calendars by state', 'state');
  const due = gauge('calendars_due', 'Calendars that are to be looked at now');
  const lag = gauge('calendars_lag_seconds', 'How long the longest due calendar has waited');
  const age = gauge(
    'sync_age_seconds',
    'Time since the last good look, of the newest and of the oldest calendar',
    'of',
  );
  const findings = gauge('findings_open', 'Open findings by kind', 'kind');
  const messages = gauge('messages', 'Messages by state; those sent or dropped are together "closed"', 'state');
  const copies = gauge('copies', 'Copies of events in calendars by state, at most a minute old', 'state');
  const countCopies = copyCounter(store);

  app.get('/metrics', async (_request, reply) => {
    const now = runtime.now();
    const { rows, dueIds, kinds, states } = await store.read(readCounts(now));
    const waits = rows.filter(row => dueIds.has(row.link.id)).map(row => now - row.nextAt);
    const synced = rows.flatMap(row => (row.lastSyncAt === null ? [] : [now - row.lastSyncAt]));
    calendars(
      tallyOf(
        calendarStates,
        rows.map(row => row.state),
      ),
    );
    due(dueIds.size);
    lag(Math.max(0, ...waits) / 1000);
    age(
      synced.length === 0
        ? new Map()
        : new Map([
            ['newest', Math.min(...synced) / 1000],
            ['oldest', Math.max(...synced) / 1000],
          ]),
    );
    findings(kinds);
    messages(states);
    copies(await countCopies(rows, now));
    return reply
      .type(registry.contentType)
      .header('cache-control', 'no-store')
      .send(await registry.metrics());
  });
}

/** Makes gauges named `callboard_…` whose values are replaced whole. */
function gaugesOf(registry: Registry) {
  return (name: string, help: string, label?: string) => {
    const labelNames = label === undefined ? [] : [label];
    const gauge = new Gauge({ name: `callboard_${name}`, help, labelNames, registers: [registry] });
    return (values: number | Counts) => {
      gauge.reset();
      if (typeof values === 'number') gauge.set(values);
      else for (const [value, count] of values) gauge.set({ [label ?? '']: value }, count);
    };
  };
}

const readCounts = (now: Instant) => async (r: Repositories) => {
  const productions = await r.schedule.productions();
  const kinds: string[][] = [];
  const open: string[][] = [];
  for (const { id } of productions) {
    kinds.push((await r.findings.list(id, 'open')).map(finding => finding.kind));
    open.push((await r.mail.messages(id, openMessageStates)).map(message => message.state));
  }
  const states = open.flat();
  const { messages = 0 } = await r.meta.counts();
  return {
    rows: await r.calendars.all(),
    dueIds: new Set<string>((await r.calendars.due(now, allDue)).map(({ link }) => link.id)),
    kinds: tallyOf(findingKinds, kinds.flat()),
    states: new Map([...tallyOf(openMessageStates, states), ['closed', messages - states.length] as const]),
  };
};

/** With a zero for every state that could be: a line that comes and goes is hard to watch. */
function tallyOf(known: readonly string[], values: readonly string[]): Counts {
  return new Map([...known.map(value => [value, 0] as const), ...tally(values)]);
}

/** Reads calendar by calendar, so that nobody waits for all of them. */
function copyCounter(store: Store) {
  let kept: Readonly<{ at: Instant; counts: Counts }> | null = null;
  return async (rows: readonly CalendarRow[], now: Instant): Promise<Counts> => {
    if (kept !== null && now - kept.at < copiesKeptMs) return kept.counts;
    const states: string[][] = [];
    for (const { link } of rows) {
      states.push((await store.read(r => r.copies.copies(link.id))).map(copy => copy.state));
    }
    kept = { at: now, counts: tallyOf(copyStates, states.flat()) };
    return kept.counts;
  };
}
