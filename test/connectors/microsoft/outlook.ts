/** One mailbox in the sandbox, as the tests of the connector use it. */
import { microsoftConnector } from '../../../connectors/microsoft/index.ts';
import type { MicrosoftHand } from '../../../connectors/sandbox/microsoft-hand.ts';
import type { MicrosoftRequest, MicrosoftSandbox } from '../../../connectors/sandbox/microsoft-server.ts';
import type { Observed, Present } from '../../../src/model/copy.ts';
import type { Fields } from '../../../src/model/face.ts';
import type { Cursor } from '../../../src/model/ids.ts';
import type { Range } from '../../../src/model/when.ts';
import type { CalendarSession, ConnectorDoor, Known } from '../../../src/sync/connector.ts';
import { countingDoor, creationOf, lookAt, now } from '../../contract/bench.ts';
import { anna, linkTo, settingsFor, startSandbox } from '../../contract/microsoft-bench.ts';

export interface Outlook extends AsyncDisposable {
  readonly sandbox: MicrosoftSandbox;
  readonly session: CalendarSession;
  readonly hand: MicrosoftHand;
  /** Every request the sandbox answered, oldest first. */
  readonly log: MicrosoftRequest[];
  open(door?: Partial<ConnectorDoor>, user?: string | null): Promise<CalendarSession>;
  place(number?: number, fields?: Fields): Promise<Present>;
  look(item: Pick<Present, 'remoteId'>): Promise<Present>;
  /** All pages of one reading; `days` ahead. */
  read(from: Cursor | null, days?: number, known?: Known): Promise<Reading>;
}
export type Reading = Readonly<{ kind: string; items: readonly Observed[]; next: Cursor | null }>;

export async function openOutlook(): Promise<Outlook> {
  const log: MicrosoftRequest[] = [];
  const sandbox = await startSandbox(request => void log.push(request));
  const connector = microsoftConnector(settingsFor(sandbox));
  const open: Outlook['open'] = (door = {}, user = anna.address) =>
    connector.open(linkTo(user), { ...countingDoor(null), ...door });
  const session = await open();
  return {
    sandbox,
    session,
    hand: sandbox.hand(anna.address),
    log,
    open,
    async place(number = 1, fields = {}) {
      const { remoteId } = await session.create(creationOf(number, fields));
      return await lookAt(session, remoteId);
    },
    look: ({ remoteId }) => lookAt(session, remoteId),
    read: (from, days = 400, known = async () => new Map()) => readAll(session, from, days, known),
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}

async function readAll(session: CalendarSession, from: Cursor | null, days: number, known: Known): Promise<Reading> {
  const items: Observed[] = [];
  const window: Range = { from: now, to: now + days * 86_400_000 };
  for await (const page of session.observe(from, window, known)) {
    items.push(...page.items);
    if (page.last) return { kind: page.kind, items, next: page.next };
  }
  throw new Error('the last page never came');
}
