/** Passwords come from a file or standard input, never from the command line, where every process could read them. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { UsageError } from './terminal.ts';

export async function readSecretFile(file: string): Promise<string> {
  try {
    const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
    return content.replace(/\r?\n$/, '');
  } catch {
    throw new UsageError(`the password file ${file} cannot be read`);
  }
}
