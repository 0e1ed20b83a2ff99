/** What the web side is given, and what it gives back. */
import type { FastifyInstance } from 'fastify';
import type { Office } from '../mail/compose.ts';
import type { Instant } from '../model/ids.ts';
import type { Logger, Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';
import type { ConsentParts } from '../sync/consent.ts';
import type { WebhookOptions } from './webhooks.ts';

/** A button on the first page (the demo's). */
export type PageAction = Readonly<{
  id: string;
  label: string;
  /** One sentence on what will be seen to happen. */
  hint: string;
  /** Does it, and says in a sentence or two what was done. */
  run(): Promise<string>;
}>;

export type HttpOptions = Readonly<{
  /** Only on 127.0.0.1, ::1 or localhost are the office pages served; see `isLoopbackHost`. */
  host: string;
  /** 0: the system chooses a free one. */
  port: number;
  store: Store;
  runtime: Runtime;
  version: string;
  startedAt: Instant;
  /** Whether the daemon has come up; asked by /readyz. */
  isReady(): boolean;
  /** Who mails are from: messages that wait can be shown as they would be sent. */
  office?: Office;
  actions?: readonly PageAction[];
  /** Mounts further routes beside the office pages, under the same guards. */
  pages?: (instance: FastifyInstance) => void | Promise<void>;
  /** Where notices of providers go; none: they are not taken. */
  webhooks?: WebhookOptions;
  /** How people link their own calendars; none: they cannot. */
  consent?: ConsentParts;
  log: Logger;
}>;

export type HttpServer = Readonly<{
  /** Without a slash at its end. */
  url: string;
  port: number;
  /** Takes no new request, lets those under way finish. */
  close(): Promise<void>;
}>;

/** What the pages work with. */
export type PageParts = Pick<HttpOptions, 'store' | 'runtime' | 'version' | 'startedAt' | 'office' | 'actions'>;
