/** Finds and reads the configuration file, and says everything that is wrong with it at once. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Environment } from '../runtime/env.ts';
import { ConfigError, type Problem, pathText } from './config-error.ts';
import { type ConfigDocument, readDocument } from './document.ts';
import { nearest } from './nearest.ts';
import { type Config, configSchema } from './schema.ts';

export type ConfigRequest = Readonly<{
  /** `--config FILE` */
  file?: string | undefined;
  env: Environment;
  /** Where relative paths start. */
  cwd: string;
}>;

const defaultFile = fileURLToPath(new URL('../../config/default.yaml', import.meta.url));

/**
 * The configuration from `--config`, else `$CALLBOARD_CONFIG`, else ./callboard.yaml, else config/default.yaml of the
 * package (contract.md section 2). Throws ConfigError with every problem found.
 */
export async function loadConfig({ file, env, cwd }: ConfigRequest): Promise<Config> {
  const named = file ?? (env.CALLBOARD_CONFIG || undefined);
  if (named !== undefined) return parseConfig(await textOf(named, cwd), named, env, cwd);
  const local = await textOf('callboard.yaml', cwd).catch((error: unknown) => {
    if (error instanceof ConfigError && error.kind === 'not-found') return null;
    throw error;
  });
  if (local !== null) return parseConfig(local, 'callboard.yaml', env, cwd);
  return parseConfig(await textOf(defaultFile, cwd), defaultFile, env, cwd);
}

async function textOf(file: string, cwd: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(resolve(cwd, file)));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') throw failure('not-found', file, 'there is no such file', cause);
    if (code === 'EISDIR') throw failure('unreadable', file, 'is a folder, a YAML file is needed', cause);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw failure('unreadable', file, 'is not UTF-8 text', cause);
    throw failure('unreadable', file, `cannot be read (${String(code)})`, cause);
  }
}

function failure(kind: ConfigError['kind'], file: string, text: string, cause: unknown): ConfigError {
  return new ConfigError(kind, file, [{ line: 0, path: '', text }], { cause });
}

function parseConfig(text: string, file: string, env: Environment, cwd: string): Config {
  const document = readDocument(text, { env, folder: dirname(resolve(cwd, file)) });
  if (document.broken) throw new ConfigError('syntax', file, document.problems);
  const parsed = configSchema.safeParse(document.value ?? {});
  // A value whose reference could not be followed is reported once, not again as a wrong value.
  const known = new Set(document.problems.map(({ path }) => path));
  const issues = parsed.success ? [] : parsed.error.issues.flatMap(issue => problemsOf(issue, document));
  const problems = [...document.problems, ...issues.filter(({ path }) => !known.has(path))];
  if (!parsed.success || problems.length > 0) throw new ConfigError('invalid', file, problems);
  return parsed.data;
}

/** `message` of an issue says what is allowed; this adds what was found, and where. */
function problemsOf(issue: z.core.$ZodIssue, document: ConfigDocument): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => {
      const path = [...issue.path, key];
      const guess = nearest(key, issue.message.split(', '));
      const hint = guess ? ` (did you mean ${guess}?)` : '';
      const line = document.place(path)?.line ?? 1;
      return { line, path: pathText(path), text: `unknown key${hint}, allowed is ${issue.message}` };
    });
  }
  const place = document.place(issue.path);
  const path = pathText(issue.path);
  if (!place) return [{ line: lineAbove(issue.path, document), path, text: `missing, needed is ${issue.message}` }];
  return [{ line: place.line, path, text: `found ${place.shown}, allowed is ${issue.message}` }];
}

function lineAbove(path: readonly PropertyKey[], document: ConfigDocument): number {
  const above = path.slice(0, -1);
  return document.place(above)?.line ?? (path.length > 1 ? lineAbove(above, document) : 1);
}
