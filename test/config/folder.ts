/** A folder of its own for each test, with a configuration in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Environment } from '../../src/runtime/env.ts';

/** The least a configuration must hold, on one line, so that what a test adds starts on line 2. */
export const production = 'production: { id: tidewrack, name: TIDEWRACK, timezone: Europe/London }\n';

export function createFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

export function load(yaml: string | Uint8Array, env: Environment = {}): Promise<Config> {
  return loadConfig({ env, cwd: createFolder({ 'callboard.yaml': yaml }) });
}

/** The error that stops the start. */
export async function refusal(loading: Promise<Config>): Promise<ConfigError> {
  const error = await loading.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigError) return error;
  throw new Error('the configuration was not refused', { cause: error });
}
