/** The one line a person reads when a command fails. */
import { ConfigError } from '../config/config-error.ts';
import { ComposeError } from '../mail/compose.ts';
import { MailError } from '../mail/mail-error.ts';
import { SecretBoxError } from '../runtime/secret-box.ts';
import { ConflictError, EditError, ImportError } from '../schedule/errors.ts';
import { StoreError } from '../store/store.ts';
import { RemoteError } from '../sync/remote-error.ts';
import { ResolveError } from '../sync/resolve.ts';
import { UsageError } from './terminal.ts';

const spoken = [
  UsageError,
  ConfigError,
  StoreError,
  ImportError,
  EditError,
  ConflictError,
  ResolveError,
  RemoteError,
  MailError,
  ComposeError,
  SecretBoxError,
] as const;

/** Systems' own words for what an office can mend. */
const systemReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another `server.port`',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'no such file or folder',
};

/** null: the error is a defect of ours, and belongs into the log. */
export function describeError(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === 'LaterError' || spoken.some(kind => error instanceof kind)) return error.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const reason = systemReasons[code];
  return reason === undefined ? null : `${reason}${'path' in error && error.path ? `: ${String(error.path)}` : ''}`;
}
