/** Seeds that were red once: they run first for ever. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../fixtures/sim-seeds.json', import.meta.url));

type RedSeed = Readonly<{ seed: number; invariant: string; commit: string }>;

export function redSeeds(): readonly RedSeed[] {
  return JSON.parse(readFileSync(file, 'utf8')) as RedSeed[];
}

export function keepRedSeed(red: RedSeed): void {
  const known = redSeeds();
  if (known.some(one => one.seed === red.seed)) return;
  writeFileSync(file, `${JSON.stringify([...known, red], null, 2)}\n`);
}
