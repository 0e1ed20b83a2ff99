/** Every small world: two fields of three values each, there, absent, gone or unreadable; and the table of verdicts. */
import { describe, expect, it } from 'vitest';
import type { Copy, Observed } from '../../src/model/copy.ts';
import type { Face } from '../../src/model/face.ts';
import { mergeFaces } from '../../src/sync/merge.ts';
import { type CopyPlan, type CopyRules, planCopy } from '../../src/sync/plan.ts';
import { settleCopy } from '../../src/sync/settle.ts';
import { asIs, attemptOf, baseOf, but, copyOf, item, rules, seen as sightOf } from './faces.ts';

const values = ['a', 'b', 'c'] as const;
type Value = (typeof values)[number];
type Pair = Readonly<{ title: Value; place: Value }>;

const pairs: readonly Pair[] = values.flatMap(title => values.map(place => ({ title, place })));
const faces = new Map<Pair, Face>(pairs.map(pair => [pair, but(pair)]));
const faceOf = (pair: Pair): Face => faces.get(pair) ?? but(pair);
const bases = pairs.flatMap(sent => pairs.map(shown => ({ sent, shown })));
/** What an open attempt may have been sending: one field, or both. */
const opens: readonly Partial<Pair>[] = [
  ...values.flatMap(value => [{ title: value }, { place: value }]),
  ...pairs.map(pair => ({ ...pair })),
];
const inWords = ['title', 'place'] as const;
const fields = [...inWords];
const modes: Readonly<Record<string, CopyRules>> = {
  propose: { ...rules('propose'), fields },
  accept: { ...rules('accept'), fields },
  restore: { ...rules('restore'), fields },
  publish: { ...rules('accept', 'publish'), fields },
};

/**
 * Wanted, last sent, seen, last shown: equal letters are equal values. Written from design.md section 5.2, not from the
 * code. What an open attempt was sending counts as agreed once it is seen.
 */
const table: Readonly<Record<string, string>> = {
  aaaa: 'nothing',
  aabb: 'nothing', // the provider's own form of it
  abaa: 'agreed', // there already, and we hear of it only now
  abbb: 'ours',
  abcc: 'ours',
  aaba: 'theirs',
  aabc: 'theirs',
  aaab: 'agreed', // the provider shows at last what we sent
  abab: 'agreed',
  abac: 'agreed',
  abba: 'both',
  abbc: 'both',
  abca: 'both',
  abcb: 'both',
};

/** `cabc` is `abca`: which letters are equal is all that counts. */
function patternOf(...letters: readonly string[]): string {
  const names = new Map<string, string>();
  for (const letter of letters) names.set(letter, names.get(letter) ?? String.fromCharCode(97 + names.size));
  return letters.map(letter => names.get(letter)).join('');
}

function expected(wanted: Value, sent: Value, seen: Value, shown: Value): string {
  return table[patternOf(wanted, sent, seen, shown)] ?? 'missing in the table';
}

describe('the table of verdicts', () => {
  it('names every pattern of four values out of three', () => {
    const patterns = values.flatMap(a =>
      values.flatMap(b => values.flatMap(c => values.map(d => patternOf(a, b, c, d)))),
    );
    expect(Object.keys(table).sort()).toEqual([...new Set(patterns)].sort());
  });

  it('holds for each of two fields in every combination', () => {
    let worlds = 0;
    for (const wanted of pairs) {
      for (const base of bases) {
        for (const seen of pairs) {
          for (const open of [null, ...opens]) {
            worlds += 1;
            const verdicts = verdictsOf(wanted, base, seen, open);
            for (const field of inWords) {
              const verdict = verdicts.find(({ unit }) => unit === field)?.verdict ?? 'nothing';
              const due = verdictsDue(field, wanted, base, seen, open);
              if (!due.includes(verdict)) throw new Error(report({ field, wanted, base, seen, open, verdict, due }));
            }
          }
        }
      }
    }
    expect(worlds).toBe(9 * 81 * 9 * 16);
  });
});

type Agreed = (typeof bases)[number];

/** As a run does it: settle, then merge. */
function verdictsOf(wanted: Pair, { sent, shown }: Agreed, seen: Pair, open: Partial<Pair> | null) {
  const copy = copyOf({ base: baseOf(faceOf(sent), { seen: faceOf(shown) }) });
  const attempts = open === null ? [] : [attemptOf('a1', open)];
  const settled = settleCopy(copy, sightOf(faceOf(seen)), attempts, asIs, 0);
  const pending = settled.done.length > 0 ? [] : attempts.map(attempt => attempt.fields);
  const input = { base: settled.copy.base, wanted: faceOf(wanted), seen: faceOf(seen), pending, canon: asIs, fields };
  return mergeFaces(input);
}

function verdictsDue(
  field: keyof Pair,
  wanted: Pair,
  { sent, shown }: Agreed,
  seen: Pair,
  open: Partial<Pair> | null,
): readonly string[] {
  const [ours, theirs] = [wanted[field], seen[field]];
  const plain = expected(ours, sent[field], theirs, shown[field]);
  if (open?.[field] !== theirs) return [plain];
  const landed = ours === theirs ? 'nothing' : 'ours';
  // What was shown before says nothing about the attempt: it may be counted as done, or not.
  return shown[field] === theirs ? [plain, landed] : [landed];
}

const report = (world: object) => JSON.stringify(world);

type World = Readonly<{
  wanted: Pair | null;
  seen: Pair | 'gone' | 'unreadable' | null;
  base: Agreed | null;
  state: Copy['state'];
  mode: string;
}>;

function observedOf(seen: World['seen']): Observed | null {
  if (seen === null) return null;
  if (seen === 'gone') return { kind: 'gone', remoteId: item };
  if (seen === 'unreadable') return { kind: 'unreadable', remoteId: item, tag: null, problem: 'x' };
  return sightOf(faceOf(seen));
}

function planOf({ wanted, seen, base, state, mode }: World): CopyPlan {
  const copy = copyOf({ state, base: base && baseOf(faceOf(base.sent), { seen: faceOf(base.shown) }) });
  const sides = { wanted: wanted && faceOf(wanted), observed: observedOf(seen), copy, pending: [], tried: [] };
  return planCopy({ ...sides, canon: asIs, wantedHash: 'h', rules: modes[mode] ?? rules() });
}

/** What the table of design.md section 5.2 says of the whole copy; the verdicts of its fields are checked above. */
function stepsDue({ wanted, seen, base, state, mode }: World): readonly string[] {
  if (seen === 'unreadable') return ['hold'];
  const isThere = seen !== null && seen !== 'gone';
  if (wanted === null) {
    if (isThere) return ['remove'];
    return state === 'removed' ? [] : ['forget'];
  }
  if (!isThere) {
    const changed = base === null || wanted.title !== base.sent.title || wanted.place !== base.sent.place;
    if (state === 'removed' || state === 'wanted') return ['create'];
    if (state === 'hidden') return changed ? ['create'] : [];
    if (seen === null) return [];
    return changed || mode === 'publish' ? ['create'] : ['hide'];
  }
  if (base === null) {
    return wanted.title === seen.title && wanted.place === seen.place ? ['agree'] : ['agree', 'update'];
  }
  const due = inWords.map(field => expected(wanted[field], base.sent[field], seen[field], base.shown[field]));
  const theirs = { propose: [], accept: ['import'], restore: ['update'], publish: ['update'] }[mode] ?? [];
  const steps = due.flatMap(verdict => {
    if (verdict === 'agreed') return ['agree'];
    if (verdict === 'ours' || verdict === 'both') return ['update'];
    return verdict === 'theirs' ? theirs : [];
  });
  return ['agree', 'import', 'update'].filter(step => steps.includes(step));
}

function cardsDue({ wanted, seen, base, state, mode }: World): readonly string[] {
  if (seen === null || seen === 'gone' || seen === 'unreadable') return [];
  if (base === null) {
    const differs = wanted !== null && (wanted.title !== seen.title || wanted.place !== seen.place);
    return differs ? ['conflict'] : [];
  }
  const ours = wanted ?? base.sent;
  const due = inWords.map(field => expected(ours[field], base.sent[field], seen[field], base.shown[field]));
  if (wanted === null) return due.includes('theirs') && state !== 'removed' ? ['orphaned-edit'] : [];
  const kind = { propose: ['proposal'], accept: [], restore: ['restored'], publish: ['restored'] }[mode] ?? [];
  return [...(due.includes('both') ? ['conflict'] : []), ...(due.includes('theirs') ? kind : [])];
}

describe('every small world', () => {
  const sights = [...pairs, 'gone', 'unreadable', null] as const;
  const states = ['wanted', 'placed', 'hidden', 'removed'] as const;

  it('gets the steps and cards of the table, in every state and mode', () => {
    let worlds = 0;
    for (const mode of Object.keys(modes)) {
      for (const state of states) {
        // The state changes nothing about the merge of an item that is there: one state stands for all of them.
        const merged = state === 'placed' ? bases : bases.filter((_, index) => index % 9 === 0);
        for (const base of [null, ...merged]) {
          for (const wanted of [null, ...pairs]) {
            for (const seen of sights) {
              worlds += 1;
              const world = { wanted, seen, base, state, mode };
              const plan = planOf(world);
              const steps = plan.steps.map(step => step.do);
              const cards = plan.meetings.map(meeting => meeting.kind);
              const due = { steps: stepsDue(world), cards: cardsDue(world) };
              if (String(steps) !== String(due.steps) || String(cards) !== String(due.cards)) {
                throw new Error(report({ world, steps, cards, due }));
              }
            }
          }
        }
      }
    }
    expect(worlds).toBe(4 * (82 + 3 * 10) * 10 * 12);
  });
});
