/** Mail as files, one `.eml` each: for trying out, for tests, and for offices that send by other means. */
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mail } from '../../model/message.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { MailError } from '../mail-error.ts';
import { composeMime } from './mime.ts';
import type { MailTransport } from './transport.ts';

/** Named by its Message-ID, so that a repeat is the same file. */
function emlName(messageId: string): string {
  return `${createHash('sha256').update(messageId).digest('hex').slice(0, 32)}.eml`;
}

export function openFileTransport(folder: string, runtime: Pick<Runtime, 'now'>): MailTransport {
  const into = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new MailError('unreachable', `the mail folder cannot be written (${codeOf(cause)})`, { cause });
    }
  };
  return {
    parallel: 1,
    perMinute: null,
    async send(mail: Mail) {
      const message = await composeMime(mail, runtime.now());
      const file = join(folder, emlName(mail.messageId));
      const temporary = `${file}.part`;
      await into(async () => {
        await mkdir(folder, { recursive: true });
        await writeFile(temporary, message, { flush: true });
        await rename(temporary, file);
      });
    },
    async check() {
      const probe = join(folder, '.callboard-check');
      await into(async () => {
        await mkdir(folder, { recursive: true });
        await writeFile(probe, '');
        await rm(probe);
      });
    },
    async [Symbol.asyncDispose]() {},
  };
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
}
