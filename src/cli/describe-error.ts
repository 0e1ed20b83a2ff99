/** The one line a person reads when a command fails. */
import { ConfigError } from '../config/config-error.ts';
import { IcalError } from '../ical/ical-error.ts';
import { ComposeError } from '../mail/compose.ts';
import { MailError } from '../mail/mail-error.ts';
import { EnvironmentError } from '../runtime/env.ts';
import { SecretBoxError } from '../runtime/secret-box.ts';
import { ConflictError, EditError, ImportError } from '../schedule/errors.ts';
import { StoreError } from '../store/store.ts';
import { ConsentError } from '../sync/consent.ts';
import { RemoteError } from '../sync/remote-error.ts';
import { ResolveError } from '../sync/resolve.ts';
import { CommandError, UsageError } from './terminal.ts';

const spoken = [
  UsageError,
  CommandError,
  EnvironmentError,
  ConfigError,
  StoreError,
  ImportError,
  EditError,
  ConflictError,
  ResolveError,
  ConsentError,
  RemoteError,
  MailError,
  ComposeError,
  IcalError,
  SecretBoxError,
] as const;

/** Systems' own words for what an office can mend. */
const systemReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another `server.port`',
  EADDRNOTAVAIL: 'this machine has no such address; look at `server.host`',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EMFILE: 'too many files are open',
  ENOENT: 'no such file or folder',
  EEXIST: 'a file is in the way',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a file is in the way',
  ENOTEMPTY: 'the folder is not empty',
  ENAMETOOLONG: 'the name is too long',
};

/** null: the error is a defect of ours, and belongs into the log. */
export function describeError(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (spoken.some(kind => error instanceof kind)) return inPlainWords(error);
  const reason = systemReason(error);
  if (reason === null) return null;
  return `${reason}${'path' in error && error.path ? `: ${String(error.path)}` : ''}`;
}

/** `EISDIR: illegal operation on a directory, open '/srv'` inside a message of ours says what we would say. */
function inPlainWords({ message, cause }: Error): string {
  const reason = systemReason(cause);
  return cause instanceof Error && reason !== null ? message.replace(cause.message, () => reason) : message;
}

function systemReason(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return systemReasons[code] ?? null;
}
