/** `${NAME}` and `${file:PATH}` inside the texts of the configuration; `$${` stands for `${` itself. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Environment } from '../runtime/env.ts';

export type ExpansionSource = Readonly<{
  env: Environment;
  /** The folder of the configuration file: `${file:PATH}` is read from there. */
  folder: string;
}>;
export type Expansion = Readonly<{ text: string; expanded: boolean; problems: readonly string[] }>;

/** Expands once: what a value holds is taken as it is, even where it looks like a reference. */
export function expand(text: string, source: ExpansionSource): Expansion {
  const problems: string[] = [];
  let expanded = false;
  const result = text.replace(/\$\$\{|\$\{([^}]*)(\}?)/g, (whole, name: string | undefined, end: string) => {
    if (name === undefined) return '${';
    expanded = true;
    try {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the characters are meant
      if (end === '') throw new Error('a "${" without its "}"; write "$${" for the characters themselves');
      return lookUp(name, source);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      return whole;
    }
  });
  return { text: result, expanded, problems };
}

function lookUp(name: string, { env, folder }: ExpansionSource): string {
  if (name.startsWith('file:')) return contentOf(name.slice('file:'.length), folder);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new Error(`found \${${name}}, allowed is \${NAME} for an environment variable or \${file:PATH}`);
  }
  const value = env[name];
  if (value === undefined) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

function contentOf(path: string, folder: string): string {
  try {
    return readFileSync(resolve(folder, path), 'utf8').replace(/(?:\r?\n)+$/, '');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw new Error(`the file of \${file:${path}} cannot be read (${code})`, { cause });
  }
}
