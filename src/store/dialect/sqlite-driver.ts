/** Kysely's driver over Node's own SQLite. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';

type Prepared = Readonly<{ statement: StatementSync; givesRows: boolean }>;

/** Statements kept prepared for each connection; bulk inserts of odd lengths push the oldest out. */
const keptStatements = 400;

export class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { statement, givesRows } = this.#prepare(query.sql);
    // What Kysely hands over are the values our repositories gave it: text, numbers and null.
    const values = query.parameters as SQLInputValue[];
    if (givesRows) return { rows: statement.all(...values) as Row[] };
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  // biome-ignore lint/correctness/useYield: part of Kysely's interface; the store pages by key instead
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('streaming is not supported');
  }

  /** Runs a statement without parameters or rows. */
  run(text: string): void {
    this.#prepare(text).statement.run();
  }

  /** SQLite may have rolled back by itself (a full disk); a second time would hide the first error. */
  rollBack(): void {
    if (this.#database.isTransaction) this.run('rollback');
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known) return known;
    const statement = this.#database.prepare(text);
    const prepared = { statement, givesRows: statement.columns().length > 0 };
    if (this.#prepared.size >= keptStatements) {
      for (const oldest of this.#prepared.keys()) {
        this.#prepared.delete(oldest);
        break;
      }
    }
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

export type SqliteDriverOptions = Readonly<{
  open(): DatabaseSync;
  /** `begin immediate` for writers: a plain `begin` fails at once when another process commits before its first write. */
  begin: 'begin immediate' | 'begin';
  /** One for writers: their transactions must not interleave where they await. */
  connectionsMax: number;
}>;

/** Hands out connections first come, first served, and opens them as they are needed. */
export class SqliteDriver implements Driver {
  readonly #options: SqliteDriverOptions;
  readonly #free: SqliteConnection[] = [];
  readonly #waiting: ((connection: SqliteConnection) => void)[] = [];
  #opened = 0;

  constructor(options: SqliteDriverOptions) {
    this.#options = options;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#opened < this.#options.connectionsMax) {
      const connection = new SqliteConnection(this.#options.open());
      this.#opened += 1;
      return connection;
    }
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  async releaseConnection(connection: SqliteConnection): Promise<void> {
    const next = this.#waiting.shift();
    if (next) next(connection);
    else this.#free.push(connection);
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    connection.run(this.#options.begin);
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    connection.run('commit');
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.rollBack();
  }

  /** Takes every connection in its turn, so that work under way ends first. */
  async destroy(): Promise<void> {
    for (; this.#opened > 0; this.#opened -= 1) (await this.#takeOpened()).close();
  }

  async #takeOpened(): Promise<SqliteConnection> {
    return this.#free.pop() ?? new Promise(resolve => this.#waiting.push(resolve));
  }
}
