/** The real engine in simulated worlds: proof.md section 2.3. More seeds: `npm run simulate -- --seeds N`. */
import { describe, expect, it } from 'vitest';
import { redSeeds } from './seeds.ts';
import { simulate } from './simulate.ts';

const firstSeed = 1_000_000;
const wallMs = 20_000;

async function verdictOf(seed: number): Promise<string> {
  const { violation, excerpt } = await simulate(seed);
  if (violation === null) return 'green';
  return [`seed ${seed}: ${violation.invariant}: ${violation.message}`, ...excerpt].join('\n');
}

describe('simulated worlds', () => {
  it.each(redSeeds())('seed $seed, once red ($invariant), is green', async ({ seed }) => {
    expect(await verdictOf(seed)).toBe('green');
  });

  it('one seed is one history', async () => {
    const [first, second] = [await simulate(firstSeed), await simulate(firstSeed)];
    expect(second.digest).toBe(first.digest);
  });

  it('S96 every seed of twenty seconds is green', async () => {
    const endsAt = performance.now() + wallMs;
    for (let seed = firstSeed; performance.now() < endsAt; seed += 1) expect(await verdictOf(seed)).toBe('green');
  });
});
