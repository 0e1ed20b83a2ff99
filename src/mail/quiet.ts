/** When a message may go: the quiet period after the last edit, quiet hours at night, and what cannot wait. Pure. */
import type { Instant } from '../model/ids.ts';
import { instantOf, isLocalDateTime, type LocalDateTime, localAt, type ZoneName } from '../model/when.ts';

/** `HH:MM` to `HH:MM`, in the production's zone; may run over midnight. */
export type QuietHours = Readonly<{ from: string; to: string }>;

/** Inside this time before an event its messages go at once, also at night (production-domain.md section 11). */
const urgentMs = 12 * 3_600_000;

/** The end of the quiet hours that hold `at`, or `at` itself outside them. */
export function afterQuietHours(at: Instant, hours: QuietHours | null, zone: ZoneName): Instant {
  if (!hours) return at;
  const local = localAt(at, zone);
  const time = local.slice(11, 16);
  const overnight = hours.from > hours.to;
  const quiet = overnight ? time >= hours.from || time < hours.to : time >= hours.from && time < hours.to;
  if (!quiet) return at;
  const today = Temporal.PlainDate.from(local.slice(0, 10));
  const end = `${overnight && time >= hours.from ? today.add({ days: 1 }) : today}T${hours.to}:00`;
  return isLocalDateTime(end) ? instantOf(end satisfies LocalDateTime, zone) : at;
}

/**
 * When a message that last changed at `changedAt` is due: after the quiet period and outside quiet hours, but never
 * later than twelve hours before the event, or at once inside these.
 */
export function dueAt(
  changedAt: Instant,
  eventStart: Instant,
  settings: Readonly<{ quietPeriodMs: number; quietHours: QuietHours | null }>,
  zone: ZoneName,
): Instant {
  const inPeace = afterQuietHours(changedAt + settings.quietPeriodMs, settings.quietHours, zone);
  return Math.min(inPeace, Math.max(changedAt, eventStart - urgentMs));
}
