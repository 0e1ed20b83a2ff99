/** Who holds what, across processes: a name that says whether its process on this machine is still there. */
import { hostname } from 'node:os';

/** `HOST/PID/RANDOM`: names this process in leases. */
export function processName(random: string): string {
  return `${hostname()}/${process.pid}/${random}`;
}

/** Whether a name given by `processName` is that of a process which ran on this machine and has ended. */
export function hasEndedHere(name: string): boolean {
  const [host, pid] = name.split('/');
  if (host !== hostname() || pid === undefined || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
