/** Which occurrences of a series must be written so that it shows what it is to show. Pure. */
import type { Face } from '../../src/model/face.ts';
import type { OccurrenceStart } from '../../src/model/series.ts';
import { type EventPatch, occurrencePatch } from './body.ts';
import { detailsOf, type Family } from './details.ts';
import type { Zones } from './moment.ts';
import { type Exception, exceptionsOf, inRule, instanceId, plainOccurrence, sameOccurrence } from './series.ts';

/** @property etag null: the occurrence has no event of its own yet */
export type OccurrenceWrite = Readonly<{ id: string; etag: string | null; body: EventPatch }>;

/**
 * @param family the series as it stands, its rule and start already written
 * @param wanted the face it is to show
 */
export function occurrenceWrites(
  family: Family,
  wanted: Face,
  status: 'confirmed' | 'tentative',
  zones: Zones,
): readonly OccurrenceWrite[] {
  const { series } = wanted;
  if (series === null) return [];
  const there = exceptionsOf(family, wanted.when, zones);
  const known = new Map(there.map(one => [one.occurrence, one]));
  const { own } = detailsOf(family.master);
  const shown = (one: Exception | undefined) =>
    one === undefined || one.face === null ? own : detailsOf(one.event).own;
  const changed = series.overrides.flatMap(({ occurrence, face }) => {
    const one = known.get(occurrence);
    if (one?.face && sameOccurrence(one.face, face)) return [];
    const id = one?.event.id ?? instanceId(family.master.id, occurrence, wanted.when);
    return [{ id, etag: one?.event.etag ?? null, body: occurrencePatch(face, shown(one), status) }];
  });
  const named = new Set(series.overrides.map(({ occurrence }) => occurrence));
  const isThere = inRule(
    series.rrule,
    wanted.when,
    there.map(({ occurrence }) => occurrence),
  );
  const off = (occurrence: OccurrenceStart) => series.exdates.includes(occurrence) || !isThere(occurrence);
  const others = there
    .filter(({ occurrence }) => !named.has(occurrence))
    .flatMap(one => {
      if (off(one.occurrence)) return one.face === null ? [] : [writeTo(one, { status: 'cancelled' })];
      const plain = plainOccurrence(one.occurrence, wanted);
      const same = one.face !== null && sameOccurrence(one.face, plain);
      return same ? [] : [writeTo(one, occurrencePatch(plain, shown(one), status))];
    });
  return [...changed, ...others];
}

function writeTo({ event }: Exception, body: EventPatch): OccurrenceWrite {
  return { id: event.id, etag: event.etag, body };
}
