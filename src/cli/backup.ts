/** `callboard backup FILE` and `restore FILE`: a consistent snapshot while the daemon runs, and the way back. */
import type { Command } from './context.ts';

export function backupCommand(file: string): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    await callboard.store.backup(file);
    terminal.result({ file }, () => `written: ${file}`);
    return 0;
  };
}

export function restoreCommand(file: string): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    await callboard.store.restore(file);
    terminal.result({ file }, () => `restored from ${file}; run \`callboard sync --once\` to find what changed since`);
    return 0;
  };
}
