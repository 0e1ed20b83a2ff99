/** What the engine's shell is made of; put together in app.ts, and replaced part by part in the simulation. */
import type { CalendarLink, ProviderName } from '../model/calendar.ts';
import type { EventKind } from '../model/event.ts';
import type { AccountId } from '../model/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';
import type { Connector } from './connector.ts';
import type { Rights } from './rights.ts';

export type SyncSettings = Readonly<{
  pastDays: number;
  futureDays: number;
  /** Between two polls of one calendar. */
  intervalMs: number;
  rights: Rights;
  /** Kinds that wait for `issue`. */
  held: readonly EventKind[];
}>;

export interface SyncParts {
  readonly store: Store;
  readonly runtime: Runtime;
  /** Throws RemoteError `unsupported` for a provider that is not built in. */
  connector(provider: ProviderName): Connector;
  /** The opened credential of an account; null: none is needed. Throws RemoteError `reconnect`. */
  secret(account: AccountId): Promise<string | null>;
  /** Stores what a connector's secret has become, sealed. */
  keepSecret(account: AccountId, secret: string): Promise<void>;
  readonly fetch: typeof fetch;
  /** Where this provider shall send notices; null: we have no address that it could reach. */
  webhook(provider: ProviderName): string | null;
  readonly settings: SyncSettings;
  /** Names this process in leases. */
  readonly owner: string;
}

export type RunResult = Readonly<{
  calendar: CalendarLink['id'];
  /** `busy`: another worker has the account, or it rests; nothing was done. */
  state: 'done' | 'failed' | 'halted' | 'busy';
  observed: number;
  created: number;
  updated: number;
  deleted: number;
  unchanged: number;
  /** Edits of people that became new versions of the schedule. */
  inbound: number;
  /** Findings opened. */
  conflicts: number;
  requests: number;
  problem: string | null;
}>;
