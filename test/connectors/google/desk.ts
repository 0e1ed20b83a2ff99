/** One person, their calendar in the sandbox, and a session on it; every request is written down. */
import type { GoogleHand } from '../../../connectors/sandbox/google-hand.ts';
import type { GoogleRequest, GoogleSandbox } from '../../../connectors/sandbox/google-server.ts';
import type { CalendarLink } from '../../../src/model/calendar.ts';
import type { CalendarSession, ConnectorDoor } from '../../../src/sync/connector.ts';
import { RemoteError } from '../../../src/sync/remote-error.ts';
import { countingDoor } from '../../contract/bench.ts';
import { linkOf, startGoogle } from '../../contract/google-bench.ts';

export type Desk = Readonly<{
  user: string;
  session: CalendarSession;
  hand: GoogleHand;
  open(link?: Partial<CalendarLink>, door?: Partial<ConnectorDoor>): Promise<CalendarSession>;
}>;

export type Desks = Readonly<{
  sandbox: GoogleSandbox;
  /** Requests to the calendar since it was last asked, without those for tokens. */
  asked(): GoogleRequest[];
  /** A fresh person. */
  sit(timeZone?: string): Promise<Desk>;
  stop(): Promise<void>;
}>;

export async function openDesks(): Promise<Desks> {
  const requests: GoogleRequest[] = [];
  const { sandbox, connector } = await startGoogle({ onRequest: request => void requests.push(request) });
  let number = 0;
  return {
    sandbox,
    asked: () => requests.splice(0).filter(({ path }) => path.startsWith('/calendar/')),
    async sit(timeZone) {
      number += 1;
      const user = `desk${number}@tide.test`;
      sandbox.addUser({ email: user, ...(timeZone !== undefined && { timeZone }) });
      const open: Desk['open'] = (link = {}, door = {}) =>
        connector.open(linkOf(user, link), { ...countingDoor(null), ...door });
      return { user, session: await open(), hand: sandbox.hand(user), open };
    },
    stop: () => sandbox.stop(),
  };
}

/** What an act throws; anything else than a RemoteError is a defect. */
export async function errorOf(act: Promise<unknown>): Promise<RemoteError> {
  const error = await act.then(
    () => null,
    reason => reason,
  );
  if (error instanceof RemoteError) return error;
  throw new Error(`expected a RemoteError, got ${error}`);
}

/** An hour's event on a day of March 2027, as a person makes it. */
export function hourOn(day: number, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const at = (hour: string) => ({
    dateTime: `2027-03-${String(day).padStart(2, '0')}T${hour}:00Z`,
    timeZone: 'Europe/London',
  });
  return { summary: 'Dentist', start: at('10:00'), end: at('11:00'), ...more };
}
