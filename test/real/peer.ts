/** Real programs that some tests need. A missing one is reported by name; under CALLBOARD_TEST_REAL=1 it fails the run. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const extraFolders = ['/usr/sbin', '/sbin', '/usr/lib/postgresql/15/bin', '/usr/lib/postgresql/17/bin'];

/** The full path of a program, or null. */
export function findProgram(name: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...extraFolders]) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {}
  }
  return null;
}

/** What a test needs that is no program: mail servers change their user, which only root may. */
const isRoot = () => process.getuid?.() === 0;

/** `describe`, for tests that need these programs; `root` stands for the rights of root. */
export function describeWith(programs: readonly string[], title: string, body: () => void): void {
  const missing = programs.filter(program => (program === 'root' ? !isRoot() : findProgram(program) === null));
  if (missing.length === 0) describe(title, body);
  else if (process.env['CALLBOARD_TEST_REAL'] === '1') {
    it(`${title}: needs ${missing.join(', ')}`, () => expect(missing, 'missing on this machine').toEqual([]));
    // Contract section 1: a missing program is reported by name, never silently; CI sets CALLBOARD_TEST_REAL.
  } else describe.skip(`${title} (skipped: ${missing.join(', ')} not to be had here)`, body);
}
