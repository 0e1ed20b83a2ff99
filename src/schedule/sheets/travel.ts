/** The travel sheet: minutes between venues or travel zones, in one direction. */
import type { ProductionId } from '../../model/ids.ts';
import type { TravelTime } from '../../model/person.ts';
import { count, line } from './cell.ts';
import { optional, type RowOf, required } from './columns.ts';

export const travelColumns = {
  from: required(line),
  to: required(line),
  minutes: required(count),
  mode: optional(line),
};
export type TravelRow = RowOf<typeof travelColumns>;

export function travelFrom(row: TravelRow, production: ProductionId): TravelTime {
  return { ...row, production, mode: row.mode ?? '' };
}

export function rowOfTravel({ from, to, minutes, mode }: TravelTime): TravelRow {
  return { from, to, minutes, mode };
}
