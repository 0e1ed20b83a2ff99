/** What copies, mails and feeds show after an edit. design.md section 4. Pure. */
import type { EventContent, EventKind, ScheduledEvent } from '../model/event.ts';

/**
 * The published state after an edit. An idea is never published; a cancellation always is (to those who had been shown
 * the event); everything else publishes itself, unless its kind is held: then the last issue stays in sight.
 */
export function publishedAfter(
  previous: Pick<ScheduledEvent, 'published'> | null,
  next: Readonly<{ version: number; content: EventContent }>,
  held: readonly EventKind[],
): ScheduledEvent['published'] {
  const shown = previous?.published ?? null;
  if (next.content.status === 'idea') return null;
  if (next.content.status === 'cancelled') return shown && { version: next.version, content: next.content };
  if (held.includes(next.content.kind)) return shown;
  return { version: next.version, content: next.content };
}
