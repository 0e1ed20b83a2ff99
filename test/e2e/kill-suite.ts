/**
 * The real process, killed with SIGKILL at random moments, on a real store: whatever it was doing, the next run ends
 * where an undisturbed one would. People edit on both sides all the while; every value they type is a token that must
 * be found again.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { type CaldavSandbox, startCaldavSandbox } from '../../connectors/sandbox/caldav-server.ts';
import { brandId, type EventId, type PersonId, type ProductionId } from '../../src/model/ids.ts';
import type { When } from '../../src/model/when.ts';
import { createLog } from '../../src/runtime/log.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { saveEvent } from '../../src/schedule/save.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { blankContent, blankPerson } from '../blank.ts';
import { openWorkplace, root, type Workplace } from './command.ts';

const production = brandId<ProductionId>('kill');
const people = ['P1', 'P2', 'P3'];
const eventCount = 24;
const eventIds = Array.from({ length: eventCount }, (_, n) => brandId<EventId>(`E${n}`));

/** A small generator of its own: the same story on every run, whatever the machine's timing adds to it. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export type KillReport = Readonly<{ kills: number; humanEdits: number; officeEdits: number }>;

/** @param address of the store, in the words of the configuration */
export async function surviveKills(address: (place: Workplace) => string, kills: number): Promise<KillReport> {
  await using place = await openWorkplace();
  let begun = () => {};
  const server = await startCaldavSandbox({
    runtime: systemRuntime(createLog('silent')),
    users: [{ name: 'u', password: 'p' }],
    onRequest: () => begun(),
  });
  try {
    const urls = people.map(person => server.addCalendar('u', person.toLowerCase()).url);
    const links = people.map(
      (id, n) => `  - { person: ${id}, provider: caldav, url: "${urls[n]}", username: u, password: p }`,
    );
    const head = [
      'production: { id: kill, name: KILL, timezone: Europe/London }',
      `store: ${address(place)}`,
      'calendars:',
    ];
    await place.configure([...head, ...links].join('\n'));
    await using store = await openStore(address(place));
    await fill(store);
    const world = new World(store, server);
    const random = chance(20270316);
    for (let n = 0; n < kills; n += 1) {
      if (random() < 0.7) await world.officeEdit(random, n);
      if (random() < 0.35) world.humanEdit(random, n);
      // Mostly while it is at work, however long this machine takes to start it; now and then before.
      const working = new Promise<void>(resolve => {
        begun = resolve;
      });
      await killOnce(place, random() < 0.15 ? Promise.resolve() : working, random() * 750);
    }
    for (let pass = 0; pass < 2; pass += 1) {
      const ran = await place.callboard('sync', '--once');
      expect(ran.err, 'a run after the kills').toBe('');
      expect([0, 3]).toContain(ran.code);
    }
    await world.check();
    return { kills, humanEdits: world.typed.length, officeEdits: world.officeEdits };
  } finally {
    await server.stop();
  }
}

/** Kills it so long after it has `begun`. */
async function killOnce(place: Workplace, begun: Promise<void>, afterMs: number): Promise<void> {
  const args = [join(root, 'src', 'main.ts'), '--config', join(place.folder, 'callboard.yaml'), 'sync', '--once'];
  const child = spawn(process.execPath, args, {
    cwd: place.folder,
    stdio: 'ignore',
    env: { ...process.env, CALLBOARD_LOG: 'silent' },
  });
  const ended = once(child, 'exit');
  await Promise.race([ended, begun.then(() => wait(afterMs))]);
  child.kill('SIGKILL');
  await ended;
}

const day = (n: number) => `2027-03-${String(1 + n).padStart(2, '0')}`;

async function fill(store: Store): Promise<void> {
  await store.write(async r => {
    await r.schedule.ensureProduction({ id: production, name: 'KILL', zone: 'Europe/London' as never });
    for (const person of people) {
      await r.schedule.putPerson({ ...blankPerson, production, id: brandId<PersonId>(person), name: person }, null);
    }
  });
  for (const [n, id] of eventIds.entries()) await edit(store, id, { title: `Start ${n}`, n });
}

async function edit(store: Store, id: EventId, { title, n }: { title: string; n: number }): Promise<void> {
  const when = { kind: 'timed', start: `${day(n)}T10:00:00`, end: `${day(n)}T11:00:00`, zone: 'Europe/London' } as When;
  await store.write(async r => {
    const current = await r.schedule.event(production, id);
    const required = people.map(person => ({ kind: 'person' as const, id: brandId<PersonId>(person) }));
    const content = current?.content ?? { ...blankContent, title, when, required };
    const edited = { ...content, title };
    const who = {
      production,
      by: 'office',
      source: 'web' as const,
      now: Date.parse('2027-01-01T00:00:00Z') + n,
      held: [],
    };
    await saveEvent(r, { ...who, id, expected: current?.version ?? null, content: edited });
  });
}

class World {
  readonly #store: Store;
  readonly #server: CaldavSandbox;
  readonly typed: string[] = [];
  readonly #touched = new Set<string>();
  officeEdits = 0;

  constructor(store: Store, server: CaldavSandbox) {
    this.#store = store;
    this.#server = server;
  }

  async officeEdit(random: () => number, n: number): Promise<void> {
    const index = Math.floor(random() * eventCount);
    const id = eventIds[index];
    if (id) await edit(this.#store, id, { title: `Office ${n}`, n: index });
    this.officeEdits += 1;
  }

  /** Each item is edited once at most, so that no person writes over their own unseen edit. */
  humanEdit(random: () => number, n: number): void {
    const items = people.flatMap(person => this.#items(person).map(item => ({ person, ...item })));
    const fresh = items.filter(item => !this.#touched.has(`${item.person}/${item.id}`));
    const item = fresh[Math.floor(random() * fresh.length)];
    if (!item) return;
    const token = `Human ${n}`;
    this.#touched.add(`${item.person}/${item.id}`);
    this.typed.push(token);
    const text = item.content.replace(/SUMMARY:.*/, `SUMMARY:${token}`);
    this.#server.calendar('u', item.person.toLowerCase()).state.put(item.id, item.uid, text);
  }

  #items(person: string) {
    return this.#server.calendar('u', person.toLowerCase()).state.items();
  }

  async check(): Promise<void> {
    const { snapshot, findings, histories } = await this.#store.read(async r => ({
      snapshot: await r.schedule.snapshot(production),
      findings: await r.findings.list(production),
      histories: await Promise.all(eventIds.map(id => r.schedule.history(production, id))),
    }));
    const titles = new Set(histories.flat().map(line => line.content.title));
    const kept = new Set(findings.flatMap(finding => finding.met.map(met => met.theirs)));
    for (const token of this.typed) expect(titles.has(token) || kept.has(token), `${token} is lost`).toBe(true);
    for (const title of titles) expect(title, 'only people type titles').toMatch(/^(Start|Office|Human) \d+$/);
    const open = findings.filter(finding => finding.state === 'open' && finding.kind === 'proposal');
    for (const person of people) {
      const shown = this.#items(person).map(item => /SUMMARY:(.*)/.exec(item.content)?.[1]?.trim() ?? '');
      expect(shown, `${person} has one item an event`).toHaveLength(eventCount);
      const proposed = open.filter(one => one.person === person);
      const wanted = eventIds.map(id => {
        const proposal = proposed.find(one => one.event === id)?.met[0]?.theirs;
        return typeof proposal === 'string' ? proposal : (snapshot.events.get(id)?.content.title ?? '');
      });
      expect(shown.toSorted(), `${person} shows what is wanted`).toEqual(wanted.toSorted());
    }
  }
}
