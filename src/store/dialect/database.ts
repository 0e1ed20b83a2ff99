/** What the store asks of a database. Whatever SQLite and PostgreSQL do differently is behind this. */
import type { Expression, Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** Text that is compared and sorted byte by byte, so that both databases give one order. */
  readonly textType: 'text' | Expression<unknown>;
  /** One transaction that reads: all of it sees one committed state. */
  read<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** One transaction that may write; nobody else writes between its first statement and its end. */
  write<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Waits for the work under way. */
  close(): Promise<void>;
}
