/** Passwords come from a file or standard input, never from the command line, where every process could read them. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CommandError } from './terminal.ts';

export async function readSecretFile(file: string): Promise<string> {
  const content = await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch(() => {
    throw new CommandError(`the password file ${file} cannot be read`);
  });
  const password = content.replace(/\r?\n$/, '');
  if (password === '') throw new CommandError(`the password file ${file} is empty`);
  return password;
}
