/** One seed from beginning to end: chaos, calm, three readings of everything, and the judgement. */
import { openStore } from '../../src/store/open.ts';
import { SimCalendar } from './calendar.ts';
import type { Chances } from './chances.ts';
import { drawHabits, plainHabits } from './habits.ts';
import { Violation } from './history.ts';
import { checkEnd } from './invariants.ts';
import { Office } from './office.ts';
import { Owners } from './owners.ts';
import { Prng } from './prng.ts';
import { drawStage, fillStore, tide } from './stage.ts';
import { World } from './world.ts';

export type Verdict = Readonly<{
  seed: number;
  violation: Violation | null;
  /** Of the copy concerned; empty when green. */
  excerpt: readonly string[];
  digest: string;
  ticks: number;
  writes: number;
  edits: number;
  faults: number;
}>;

export type SimulationOptions = Readonly<{
  /** Ticks of chaos; fewer find where a red seed goes wrong, or let more seeds run. */
  ticks?: number;
}>;

const chaosTicks = 120;
const calmTicks = 2_500;
const excerptLines = 40;

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Verdict> {
  const random = new Prng(seed, 'stage');
  const brakes = random.chance(0.12);
  const stage = drawStage(random, brakes);
  await using store = await openStore('sqlite::memory:');
  await fillStore(store, stage);
  const world = new World(seed, store, stage);
  for (const { id, person } of stage.links) {
    const habits = random.chance(0.2) ? plainHabits : drawHabits(random);
    world.addCalendar(new SimCalendar(id, person, habits));
    world.history.add(`calendar ${JSON.stringify(habits)}`, { calendar: id });
  }
  world.history.add(`stage ${JSON.stringify({ ...stage, links: stage.links.map(link => `${link.id} ${link.mode}`) })}`);
  const people = { office: new Office(world), owners: new Owners(world) };
  connect(world, people.owners);
  try {
    await play(world, people, brakes, options.ticks ?? chaosTicks);
  } catch (error) {
    if (error instanceof Violation) world.fail(error);
    else throw error;
  } finally {
    for (const process of world.processes) process.dead = true;
  }
  const { violation, history, tick, counts } = world;
  const excerpt = violation ? history.excerpt(violation.about, excerptLines) : [];
  const { writes, edits, faults } = counts;
  return { seed, violation, excerpt, digest: history.digest(), ticks: tick, writes, edits, faults };
}

type People = Readonly<{ office: Office; owners: Owners }>;

function connect(world: World, owners: Owners): void {
  world.onGap = (calendar, id) => owners.inTheGap(calendar, id);
  world.onSame = (calendar, key, fields) => owners.theSame(calendar, key, fields);
  world.onWrite = (calendar, write) => owners.overwritten(calendar, write);
}

async function play(world: World, people: People, brakes: boolean, ticks: number): Promise<void> {
  await people.office.createAll();
  for (let n = 0; n < world.stage.processes; n += 1) world.startProcess();
  const { chances } = world;
  for (let n = 0; n < ticks && world.violation === null; n += 1) {
    await disturb(world, people, chances, brakes);
    await world.step();
  }
  await calm(world, people.office);
  const copies = await untilQuiet(world, people.office);
  world.keepOneProcess();
  if (copies) await checkEnd(world, people.owners, people.office.secret);
  for (let n = 0; n < 3 && world.violation === null; n += 1) {
    await readAgain(world, people.office, n);
    if (n === 0 && world.violation === null) await pollIdle(world, people.office);
  }
}

/** What humans and fate do beside the calls. */
async function disturb(world: World, { office, owners }: People, chances: Chances, brakes: boolean): Promise<void> {
  const { humans, faults } = world.random;
  if (humans.chance(chances.schedule)) await office.act();
  if (humans.chance(chances.calendar)) owners.act();
  if (humans.chance(chances.decide)) await office.decide();
  if (brakes && humans.chance(0.006)) await office.cancelMany();
  if (humans.chance(0.01)) await office.release();
  const calendars = [...world.calendars.values()];
  if (faults.chance(chances.expire)) faults.pick(calendars).state.expireTokens();
  if (faults.chance(chances.wipe)) owners.wipe(faults.pick(calendars));
  if (faults.chance(chances.wake)) {
    const { id } = faults.pick(world.stage.links);
    await world.store.write(r => r.calendars.wake([id]));
  }
  world.troubleProcesses();
  await mendAccounts(world);
}

/** Somebody signs in again. */
async function mendAccounts(world: World, always = false): Promise<void> {
  if (!always && !world.random.humans.chance(0.02)) return;
  await world.store.write(async r => {
    for (const { link, state } of await r.calendars.all()) {
      if (state !== 'needs-consent') continue;
      await r.calendars.patch(link.id, { state: 'unread' });
      await r.calendars.wake([link.id]);
    }
  });
}

async function calm(world: World, office: Office): Promise<void> {
  world.heal();
  world.history.add('calm');
  await mendAccounts(world, true);
  await office.release();
}

/** Runs until nothing is under way, due or failing and every calendar was read since. Returns whether it got there. */
async function untilQuiet(world: World, office: Office): Promise<boolean> {
  const since = world.now;
  let reason = '';
  for (let n = 0; n < calmTicks && world.violation === null; n += 1) {
    await world.step();
    if (world.isBusy) continue;
    if (await office.release()) continue;
    const rest = await restOf(world, since);
    if (rest.reason === null) return true;
    // A refusal from before the calm may be recorded only now.
    if (rest.isRefused) await mendAccounts(world, true);
    reason = rest.reason;
    if (rest.next > world.now) world.leap(rest.next);
  }
  if (world.violation === null) throw new Violation('liveness', `not quiet after ${calmTicks} calm ticks: ${reason}`);
  return false;
}

type Rest = Readonly<{ reason: string | null; next: number; isRefused: boolean }>;

async function restOf(world: World, since: number): Promise<Rest> {
  return world.store.read(async r => {
    const rows = await r.calendars.all();
    const isRefused = rows.some(row => row.state === 'needs-consent');
    const gates: number[] = [];
    for (const row of rows) gates.push((await r.calendars.account(row.link.account))?.gateUntil ?? 0);
    const open = await r.mail.messages(tide, ['held', 'due', 'sending', 'unknown']);
    const restless = rows.find(
      row =>
        row.wakeSeq > row.doneSeq ||
        row.state !== 'ok' ||
        row.failures > 0 ||
        row.plannedFrom === null ||
        (world.readAt.get(row.link.id) ?? 0) <= Math.max(since, world.writtenAt.get(row.link.id) ?? 0),
    );
    const next = Math.min(...rows.map(row => row.nextAt), ...open.map(one => one.dueAt), Number.MAX_SAFE_INTEGER);
    const gated = gates.filter(until => until > world.now);
    const at = Math.min(next, ...gated);
    if (restless)
      return { reason: `calendar ${JSON.stringify({ ...restless, link: restless.link.id })}`, next: at, isRefused };
    // Mail looks at the schedule every few minutes, and then waits for its quiet period.
    const mailsAt = Math.max(since, world.transitions.versionAt) + 15 * 60_000;
    if (world.stage.mails && world.now < mailsAt)
      return { reason: 'mail is not planned', next: Math.min(at, mailsAt), isRefused };
    if (open[0]) return { reason: `message ${open[0].messageId} is ${open[0].state}`, next: at, isRefused };
    return { reason: null, next: at, isRefused };
  });
}

/** Invariant 5: where nothing happened a poll costs one listing, and that of a delta one request. */
async function pollIdle(world: World, office: Office): Promise<void> {
  const before = { ...world.counts };
  const runs = world.runs;
  world.history.add('idle poll');
  if (!(await untilQuiet(world, office))) return;
  const others = world.counts.requests - before.requests - (world.counts.lists - before.lists);
  if (others > 0) throw new Violation('5 bounded calls', `an idle poll made ${others} requests beside its listings`);
  const paged = [...world.calendars.values()].some(calendar => !calendar.habits.delta);
  if (!paged && world.counts.lists - before.lists > world.runs - runs) {
    throw new Violation('5 bounded calls', 'an idle poll asked for changes more than once');
  }
}

/** Invariant 4: with every cursor dropped, nothing is written, versioned, mailed or asked. */
async function readAgain(world: World, office: Office, turn: number): Promise<void> {
  const before = { ...world.counts, ...world.transitions.counts, mails: world.mailbox.accepted.length };
  world.history.add(`full reading ${turn + 1}`);
  // Long enough for every open attempt to be given up.
  if (turn === 2) world.leap(world.now + 26 * 60 * 60_000);
  await world.store.write(async r => {
    for (const { link } of await r.calendars.all()) {
      await r.calendars.patch(link.id, { cursor: null, snapshotId: null, plannedFrom: null });
      await r.calendars.wake([link.id]);
    }
  });
  if (!(await untilQuiet(world, office))) return;
  const after = { ...world.counts, ...world.transitions.counts, mails: world.mailbox.accepted.length };
  for (const what of ['writes', 'versions', 'findings', 'messages', 'mails'] as const) {
    if (after[what] === before[what]) continue;
    throw new Violation('4 quiet at rest', `${after[what] - before[what]} ${what} at full reading ${turn + 1}`);
  }
}
