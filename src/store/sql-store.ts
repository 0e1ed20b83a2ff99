/** The store over either database. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import { backUp, restoreFrom } from './backup.ts';
import { SqlCalendarRepository } from './calendar-repository.ts';
import { SqlCopyRepository } from './copy-repository.ts';
import type { Database } from './dialect/database.ts';
import { SqlFindingRepository } from './finding-repository.ts';
import { SqlMailRepository } from './mail-repository.ts';
import { SqlMetaRepository } from './meta-repository.ts';
import { SqlReplyRepository } from './reply-repository.ts';
import { SqlScheduleRepository } from './schedule-repository.ts';
import type { SnapshotShelf } from './snapshot-reader.ts';
import type { Repositories, Store } from './store.ts';
import type { Tables } from './tables.ts';
import { SqlWatchRepository } from './watch-repository.ts';

/** A transaction under way, as the code inside it can find it. */
type Turn = { readonly kind: 'read' | 'write'; readonly repositories: Repositories; isOpen: boolean };

export class SqlStore implements Store {
  readonly dialect: Store['dialect'];
  readonly #database: Database;
  readonly #shelf: SnapshotShelf = new Map();
  readonly #turns = new AsyncLocalStorage<Turn>();

  constructor(database: Database) {
    this.#database = database;
    this.dialect = database.dialect;
  }

  async read<T>(work: (repositories: Repositories) => Promise<T>): Promise<T> {
    const outer = this.#turns.getStore();
    if (outer?.isOpen) {
      if (outer.kind === 'read') return work(outer.repositories);
      throw new Error('store.read inside store.write: use the repositories that the write was given');
    }
    return this.#database.read(db => this.#turn('read', db, work));
  }

  async write<T>(work: (repositories: Repositories) => Promise<T>): Promise<T> {
    this.#refuseInside('write');
    return this.#database.write(db => this.#turn('write', db, work));
  }

  async backup(file: string): Promise<void> {
    this.#refuseInside('backup');
    await backUp(this.#database, file);
  }

  async restore(file: string): Promise<void> {
    this.#refuseInside('restore');
    await restoreFrom(this.#database, file);
    this.#shelf.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close();
  }

  /** It would wait for itself for ever. */
  #refuseInside(what: string): void {
    if (this.#turns.getStore()?.isOpen) throw new Error(`store.${what} inside another transaction of the store`);
  }

  async #turn<T>(kind: Turn['kind'], db: Kysely<Tables>, work: (repositories: Repositories) => Promise<T>): Promise<T> {
    const turn: Turn = { kind, repositories: this.#repositories(db), isOpen: true };
    try {
      return await this.#turns.run(turn, () => work(turn.repositories));
    } finally {
      turn.isOpen = false;
    }
  }

  #repositories(db: Kysely<Tables>): Repositories {
    return {
      schedule: new SqlScheduleRepository(db, this.#shelf),
      calendars: new SqlCalendarRepository(db),
      copies: new SqlCopyRepository(db),
      findings: new SqlFindingRepository(db),
      mail: new SqlMailRepository(db),
      replies: new SqlReplyRepository(db),
      watches: new SqlWatchRepository(db),
      meta: new SqlMetaRepository(db),
    };
  }
}
