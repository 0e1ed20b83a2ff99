/** The first tables. See ../tables.ts for what the columns mean; this file never changes once it was released. */
import type { CreateTableBuilder } from 'kysely';
import type { Migration } from '../migrator.ts';

type ColumnType = 'text' | 'integer' | 'bigint';
type Column = ColumnType | `${ColumnType}?`;
type Table = Readonly<{ key: readonly string[]; columns: Readonly<Record<string, Column>> }>;

const listed: Table = {
  key: ['production_id', 'id'],
  columns: { production_id: 'text', id: 'text', version: 'integer', body: 'text' },
};
const positioned: Table = {
  key: ['production_id', 'position'],
  columns: { production_id: 'text', position: 'integer', body: 'text' },
};

const tables: Readonly<Record<string, Table>> = {
  meta: { key: ['key'], columns: { key: 'text', value: 'text' } },
  productions: {
    key: ['id'],
    columns: { id: 'text', name: 'text', zone: 'text', revision: 'bigint', whole_revision: 'bigint' },
  },
  people: listed,
  venues: listed,
  groups: listed,
  travel: positioned,
  constraints: positioned,
  events: {
    key: ['production_id', 'id'],
    columns: {
      production_id: 'text',
      id: 'text',
      revision: 'bigint',
      uid: 'text',
      incarnation: 'integer',
      version: 'integer',
      sequence: 'integer',
      content: 'text',
      published_version: 'integer?',
      published: 'text?',
      updated_at: 'bigint',
      updated_by: 'text',
    },
  },
  event_versions: {
    key: ['production_id', 'event_id', 'version'],
    columns: {
      production_id: 'text',
      event_id: 'text',
      version: 'integer',
      at: 'bigint',
      by: 'text',
      source: 'text',
      content: 'text',
    },
  },
  accounts: {
    key: ['id'],
    columns: {
      id: 'text',
      provider: 'text',
      secret: 'text?',
      gate_until: 'bigint?',
      lease_owner: 'text?',
      lease_epoch: 'bigint',
      lease_until: 'bigint?',
    },
  },
  calendars: {
    key: ['id'],
    columns: {
      id: 'text',
      production_id: 'text',
      person_id: 'text',
      account_id: 'text',
      link: 'text',
      state: 'text',
      problem: 'text?',
      cursor: 'text?',
      snapshot_id: 'text?',
      wake_seq: 'bigint',
      done_seq: 'bigint',
      next_at: 'bigint',
      last_sync_at: 'bigint?',
      failures: 'integer',
      planned_from: 'text?',
      released: 'integer',
    },
  },
  observations: {
    key: ['calendar_id', 'remote_id'],
    columns: {
      calendar_id: 'text',
      remote_id: 'text',
      kind: 'text',
      tag: 'text?',
      seen_at: 'bigint',
      snapshot_id: 'text?',
      body: 'text',
    },
  },
  copies: { key: ['calendar_id', 'event_id'], columns: { calendar_id: 'text', event_id: 'text', body: 'text' } },
  attempts: {
    key: ['id'],
    columns: { id: 'text', calendar_id: 'text', started_at: 'bigint', outcome: 'text', body: 'text' },
  },
  findings: {
    key: ['id'],
    columns: {
      id: 'text',
      production_id: 'text',
      key: 'text',
      state: 'text',
      calendar_id: 'text?',
      opened_at: 'bigint',
      body: 'text',
    },
  },
  busy_blocks: {
    key: ['calendar_id', 'remote_id', 'position'],
    columns: {
      calendar_id: 'text',
      remote_id: 'text',
      position: 'integer',
      from_at: 'bigint',
      to_at: 'bigint',
      tentative: 'integer',
      all_day: 'integer',
    },
  },
  told: {
    key: ['production_id', 'event_id', 'person_id', 'about_id'],
    columns: { production_id: 'text', event_id: 'text', person_id: 'text', about_id: 'text', body: 'text' },
  },
  messages: {
    key: ['id'],
    columns: {
      id: 'text',
      production_id: 'text',
      event_id: 'text',
      state: 'text',
      due_at: 'bigint',
      created_at: 'bigint',
      body: 'text',
    },
  },
  runs: { key: ['id'], columns: { id: 'text', calendar_id: 'text', started_at: 'bigint', body: 'text' } },
  replies: {
    key: ['id'],
    columns: { id: 'text', production_id: 'text', event_id: 'text', person_id: 'text', at: 'bigint', body: 'text' },
  },
  subscriptions: {
    key: ['id'],
    columns: { id: 'text', calendar_id: 'text', expires_at: 'bigint', body: 'text' },
  },
  tokens: {
    key: ['hash'],
    columns: { hash: 'text', production_id: 'text', created_at: 'bigint', expires_at: 'bigint?', body: 'text' },
  },
  sessions: { key: ['hash'], columns: { hash: 'text', user_name: 'text', created_at: 'bigint', expires_at: 'bigint' } },
};

const indexes: readonly Readonly<{ on: string; columns: readonly string[]; unique?: true }>[] = [
  { on: 'events', columns: ['production_id', 'revision'] },
  { on: 'event_versions', columns: ['production_id', 'at'] },
  { on: 'calendars', columns: ['production_id', 'person_id'] },
  { on: 'calendars', columns: ['account_id'] },
  { on: 'calendars', columns: ['next_at'] },
  { on: 'copies', columns: ['event_id'] },
  { on: 'attempts', columns: ['calendar_id', 'outcome'] },
  { on: 'findings', columns: ['production_id', 'key'], unique: true },
  { on: 'findings', columns: ['production_id', 'state'] },
  { on: 'findings', columns: ['calendar_id'] },
  { on: 'busy_blocks', columns: ['calendar_id', 'from_at'] },
  { on: 'messages', columns: ['production_id', 'created_at'] },
  { on: 'messages', columns: ['state', 'due_at'] },
  { on: 'subscriptions', columns: ['calendar_id'] },
  { on: 'runs', columns: ['calendar_id', 'started_at'] },
];

export const firstTables: Migration = {
  number: 1,
  name: 'tables',
  async up({ schema }, { textType }) {
    for (const [name, { key, columns }] of Object.entries(tables)) {
      let table: CreateTableBuilder<string, string> = schema.createTable(name);
      for (const [column, type] of Object.entries(columns)) {
        const optional = type.endsWith('?');
        const plain = type.startsWith('text') ? textType : type.startsWith('bigint') ? 'bigint' : 'integer';
        table = table.addColumn(column, plain, c => (optional ? c : c.notNull()));
      }
      await table.addPrimaryKeyConstraint(`${name}_key`, [...key]).execute();
    }
    for (const { on, columns, unique } of indexes) {
      let index = schema.createIndex(`${on}_by_${columns.join('_')}`).on(on);
      for (const column of columns) index = index.column(column);
      await (unique ? index.unique() : index).execute();
    }
  },
};
