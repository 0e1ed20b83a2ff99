/** One remote write, and what its reply means. The table of design.md section 5.3. */
import type { Attempt, Copy, Present } from '../model/copy.ts';
import type { RemoteId } from '../model/ids.ts';
import type { CalendarSession, Change, Creation, RemoteRef, Written } from './connector.ts';
import type { Step } from './plan.ts';
import { RemoteError } from './remote-error.ts';

export type Job =
  | Readonly<{ kind: 'create'; creation: Creation; copy: Copy; attempt: Attempt }>
  | Readonly<{
      kind: 'update';
      ref: RemoteRef;
      change: Change;
      step: Extract<Step, { do: 'update' }>;
      copy: Copy;
      attempt: Attempt;
    }>
  | Readonly<{ kind: 'remove'; ref: RemoteRef; copy: Copy | null; attempt: Attempt | null }>
  | Readonly<{ kind: 'unmark'; ref: RemoteRef; copy: null; attempt: null }>;

export type Outcome =
  | Readonly<{ kind: 'written'; job: Job; written: Written }>
  | Readonly<{ kind: 'removed'; job: Job; remoteId: RemoteId }>
  /** A create met its own key: an earlier one had succeeded after all. */
  | Readonly<{ kind: 'found'; job: Job; observed: Present }>
  /** The key is used up at a provider that never frees ids. */
  | Readonly<{ kind: 'taken'; job: Job }>
  /** The provider will not have it; other copies go on. */
  | Readonly<{ kind: 'stuck'; job: Job; error: RemoteError }>
  /** Somebody else wrote, or removed it: look before writing. */
  | Readonly<{ kind: 'again'; job: Job; gone: RemoteId | null }>
  | Readonly<{ kind: 'unsent'; job: Job }>
  /** The run cannot go on. */
  | Readonly<{ kind: 'stopped'; job: Job; error: unknown }>;

export async function performJob(session: CalendarSession, job: Job): Promise<Outcome> {
  try {
    switch (job.kind) {
      case 'create':
        return { kind: 'written', job, written: await session.create(job.creation) };
      case 'update':
        return { kind: 'written', job, written: await session.update(job.ref, job.change) };
      case 'unmark':
        return { kind: 'written', job, written: await session.unmark(job.ref) };
      case 'remove':
        await session.remove(job.ref);
        return { kind: 'removed', job, remoteId: job.ref.remoteId };
    }
  } catch (error) {
    return await judgeError(session, job, error);
  }
}

async function judgeError(session: CalendarSession, job: Job, error: unknown): Promise<Outcome> {
  if (!(error instanceof RemoteError)) return { kind: 'stopped', job, error };
  switch (error.kind) {
    case 'exists':
      return job.kind === 'create' ? await findExisting(session, job, error) : { kind: 'stuck', job, error };
    case 'stale':
      return { kind: 'again', job, gone: null };
    case 'gone':
      // A create that finds no place to go has lost the calendar, not an item.
      return job.kind === 'create' ? { kind: 'stopped', job, error } : { kind: 'again', job, gone: job.ref.remoteId };
    case 'forbidden':
    case 'rejected':
    case 'unsupported':
      return { kind: 'stuck', job, error };
    default:
      return { kind: 'stopped', job, error };
  }
}

async function findExisting(
  session: CalendarSession,
  job: Extract<Job, { kind: 'create' }>,
  error: RemoteError,
): Promise<Outcome> {
  try {
    const observed = await session.find(job.creation);
    if (observed) return { kind: 'found', job, observed };
    return session.can.idsReusable ? { kind: 'stuck', job, error } : { kind: 'taken', job };
  } catch (inner) {
    return { kind: 'stopped', job, error: inner };
  }
}
