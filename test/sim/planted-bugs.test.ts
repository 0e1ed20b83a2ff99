/** A few of the planted bugs; all of them: `npm run simulate -- --planted`. */
import { describe, expect, it } from 'vitest';
import { placesOf, plantedBugs, runPlanted } from './planted.ts';

describe('a planted bug', () => {
  it.each(plantedBugs())('still has its place: $name', bug => {
    expect(placesOf(bug)).toBe(1);
  });
  it.each(plantedBugs().filter(bug => bug.quick))('is found: $what', async bug => {
    expect(await runPlanted(bug)).not.toBeNull();
  });
});
