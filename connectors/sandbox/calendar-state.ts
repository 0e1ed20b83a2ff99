/**
 * One model of a provider's calendar, in memory: items with tags, a change log with tokens, tombstones, conditional
 * writes. Thin wire skins (caldav-server.ts and others) speak each provider's language over it. Deterministic: tags and
 * tokens count up, ids and contents are handed in.
 */

export type SandboxItem<Content> = Readonly<{
  id: string;
  uid: string;
  content: Content;
  /** Opaque; another one after every write. */
  tag: string;
  /** The state's revision at the last write. */
  revision: number;
}>;

export type Guard = Readonly<{
  /** The write happens only while the item has this tag. */
  tag?: string;
  /** The write happens only if there is no such item. */
  absent?: boolean;
}>;

export type Stored<Content> =
  | Readonly<{ outcome: 'created' | 'replaced'; item: SandboxItem<Content> }>
  | Readonly<{ outcome: 'exists' | 'stale' | 'id-spent' }>
  /** Another item, `holder`, has this UID. */
  | Readonly<{ outcome: 'uid-taken'; holder: string }>;

export type ChangesSince<Content> = Readonly<{
  changed: readonly SandboxItem<Content>[];
  removed: readonly string[];
  token: string;
  /** The list was cut at the limit; ask again from `token`. */
  more: boolean;
}>;

export type CalendarHabits<Content> = Readonly<{
  /** What the provider makes of a content on storing it: clipping, rewriting. */
  normalise(content: Content): Content;
  /** Whether two items may have one UID. */
  sharesUids: boolean;
  /** Whether an id may be used again after its item was removed. */
  reusesIds: boolean;
}>;

export class CalendarState<Content> {
  readonly #habits: CalendarHabits<Content>;
  readonly #items = new Map<string, SandboxItem<Content>>();
  readonly #holders = new Map<string, string>();
  /** Removed ids, with the revision of their removal. */
  readonly #tombstones = new Map<string, number>();
  #revision = 0;
  /** Tokens of an earlier epoch are no longer known. */
  #epoch = 0;

  constructor(habits: CalendarHabits<Content>) {
    this.#habits = habits;
  }

  /** Counts writes; equal revisions mean nothing has changed. */
  get revision(): number {
    return this.#revision;
  }

  get token(): string {
    return this.#tokenOf(this.#revision);
  }

  /** In order of id. */
  items(): readonly SandboxItem<Content>[] {
    return [...this.#items.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  item(id: string): SandboxItem<Content> | null {
    return this.#items.get(id) ?? null;
  }

  put(id: string, uid: string, content: Content, guard: Guard = {}): Stored<Content> {
    const old = this.#items.get(id);
    if (guard.absent === true && old !== undefined) return { outcome: 'exists' };
    if (guard.tag !== undefined && old?.tag !== guard.tag) return { outcome: 'stale' };
    if (old === undefined && !this.#habits.reusesIds && this.#tombstones.has(id)) return { outcome: 'id-spent' };
    const holder = this.#habits.sharesUids ? undefined : this.#holders.get(uid);
    if (holder !== undefined && holder !== id) return { outcome: 'uid-taken', holder };
    this.#revision += 1;
    const revision = this.#revision;
    const item = { id, uid, content: this.#habits.normalise(content), tag: `v${revision}`, revision };
    if (old !== undefined) this.#holders.delete(old.uid);
    this.#holders.set(uid, id);
    this.#items.set(id, item);
    this.#tombstones.delete(id);
    return { outcome: old === undefined ? 'created' : 'replaced', item };
  }

  remove(id: string, guard: Pick<Guard, 'tag'> = {}): 'removed' | 'absent' | 'stale' {
    const old = this.#items.get(id);
    if (old === undefined) return 'absent';
    if (guard.tag !== undefined && old.tag !== guard.tag) return 'stale';
    this.#revision += 1;
    this.#items.delete(id);
    this.#holders.delete(old.uid);
    this.#tombstones.set(id, this.#revision);
    return 'removed';
  }

  /**
   * What changed since a token, oldest first, at most `limit`. An empty token lists everything that is there.
   * null: the token is not known (any more).
   */
  changesSince(token: string, limit = Number.POSITIVE_INFINITY): ChangesSince<Content> | null {
    const since = token === '' ? 0 : this.#revisionOf(token);
    if (since === null || since > this.#revision) return null;
    const changes = [
      ...[...this.#items.values()].map(item => ({ id: item.id, revision: item.revision, item })),
      ...[...this.#tombstones].map(([id, revision]) => ({ id, revision, item: null })),
    ];
    const newer = changes
      .filter(({ revision, item }) => revision > since && (token !== '' || item !== null))
      .sort((a, b) => a.revision - b.revision);
    const part = newer.slice(0, limit);
    const more = part.length < newer.length;
    return {
      changed: part.flatMap(({ item }) => item ?? []),
      removed: part.flatMap(({ id, item }) => (item === null ? id : [])),
      token: more ? this.#tokenOf(part.at(-1)?.revision ?? since) : this.token,
      more,
    };
  }

  /** From now on every token given out so far is refused. */
  expireTokens(): void {
    this.#epoch += 1;
  }

  #tokenOf(revision: number): string {
    return `sandbox-${this.#epoch}-${revision}`;
  }

  /** null: not a token of this epoch. */
  #revisionOf(token: string): number | null {
    const [, epoch, revision] = /^sandbox-(\d{1,9})-(\d{1,15})$/.exec(token) ?? [];
    return Number(epoch) === this.#epoch ? Number(revision) : null;
  }

  /** The calendar as after a restore from an empty backup: no items, no memory of them. */
  wipe(): void {
    this.#items.clear();
    this.#holders.clear();
    this.#tombstones.clear();
    this.expireTokens();
  }
}
