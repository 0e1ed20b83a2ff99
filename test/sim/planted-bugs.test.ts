/** A few of the planted bugs; all of them: `npm run simulate -- --planted`. */
import { describe, expect, it } from 'vitest';
import { plantedBugs, runPlanted } from './planted.ts';

describe('a planted bug', () => {
  it.each(plantedBugs().filter(bug => bug.quick))('is found: $what', async bug => {
    expect(await runPlanted(bug)).not.toBeNull();
  });
});
