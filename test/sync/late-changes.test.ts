/** A provider whose list of changes is late: what we have just written is not in it yet. */
import { expect, it } from 'vitest';
import type { CalendarSession, Page } from '../../src/sync/connector.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { calendarOf, type Office, openOffice } from './office.ts';

type Late = { looks: 'fail' | 'work'; isLate: boolean };

/** The office's engine with a connector that can be cut off before it looks, and whose changes can be late. */
function lateParts({ parts }: Office, late: Late): Office['parts'] {
  const connector: Office['parts']['connector'] = provider => {
    const inner = parts.connector(provider);
    return { ...inner, open: async (link, door) => lateSession(await inner.open(link, door), late) };
  };
  return { ...parts, connector };
}

function lateSession(session: CalendarSession, late: Late): CalendarSession {
  const changes: Partial<CalendarSession> = {
    async *observe(from, window, known) {
      const none: Page | null = from && { kind: 'delta', items: [], unchanged: [], last: true, next: from };
      if (late.isLate && none) yield none;
      else yield* session.observe(from, window, known);
    },
    look: async ids => {
      if (late.looks === 'fail') throw new RemoteError('unavailable', 'cut off');
      return await session.look(ids);
    },
  };
  return new Proxy(session, {
    get(target, name) {
      const own: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

it('what stood there before our write is not taken for a person’s edit', async () => {
  await using office = await openOffice();
  const late: Late = { looks: 'work', isLate: false };
  const parts = lateParts(office, late);
  const run = () => reconcile(parts, calendarOf('C02'), new AbortController().signal);
  await office.link('C02');
  await office.save('E1', { title: 'Recce' });
  await run();
  await office.save('E1', { title: 'Tech recce' });
  late.looks = 'fail';
  expect(await run()).toMatchObject({ state: 'failed', updated: 1 });
  late.looks = 'work';
  late.isLate = true;
  office.clock += 60_000;
  expect(await run()).toMatchObject({ state: 'done', updated: 0, inbound: 0 });
  expect(await office.findings()).toEqual([]);
  expect(office.items('C02')).toEqual([expect.stringContaining('SUMMARY:Tech recce')]);
});
