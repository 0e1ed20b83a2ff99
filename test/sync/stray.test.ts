import { describe, expect, it } from 'vitest';
import type { Copy } from '../../src/model/copy.ts';
import type { EventId, RemoteId } from '../../src/model/ids.ts';
import { judgeStrays, keysOf } from '../../src/sync/stray.ts';
import { calendar, copyOf, event, item, keyOf, meeting, production, seen } from './faces.ts';

const other = '/c02/other.ics' as RemoteId;
const stray = (generation: number) =>
  seen(meeting, { remoteId: other, marker: { key: keyOf(generation), version: 1 } });
const judge = (copies: Copy[], generation: number, living: RemoteId[]) => {
  const map = new Map<EventId, Copy>(copies.map(copy => [copy.eventId, copy]));
  return judgeStrays([stray(generation)], keysOf(production, calendar, [event], map), map, new Set(living));
};

describe('a marked item that is not where its copy is', () => {
  it('S12 beside the living original was duplicated by a person: the mark goes, the item stays', () => {
    expect(judge([copyOf()], 0, [item, other])).toMatchObject([{ do: 'unmark' }]);
  });
  it('S10 whose original is gone has moved: it is followed', () => {
    expect(judge([copyOf()], 0, [other])).toMatchObject([{ do: 'adopt', claim: { event, generation: 0 } }]);
  });
  it('S8 of a removed copy is a leftover', () => {
    expect(judge([copyOf({ state: 'removed' })], 0, [other])).toMatchObject([{ do: 'remove' }]);
  });
  it('of an earlier generation is a leftover', () => {
    expect(judge([copyOf({ generation: 1, key: keyOf(1) })], 0, [item, other])).toMatchObject([{ do: 'remove' }]);
  });
  it('S15 without any copy on record is adopted', () => {
    expect(judge([], 1, [other])).toMatchObject([{ do: 'adopt', claim: { event, generation: 1 } }]);
  });
  it('S31 with a mark of somewhere else is left alone', () => {
    const foreign = seen(meeting, { remoteId: other, marker: { key: 'f'.repeat(32) as never, version: 1 } });
    expect(
      judgeStrays([foreign], keysOf(production, calendar, [event], new Map()), new Map(), new Set([other])),
    ).toMatchObject([{ do: 'leave' }]);
  });
});
