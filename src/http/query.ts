/** What may stand behind the question mark of a page's address. Empty fields of a form are as if not there. */
import { z } from 'zod';
import { eventKinds } from '../model/event.ts';
import { brandId, type PersonId, type ProductionId } from '../model/ids.ts';
import { isLocalDate, type LocalDate } from '../model/when.ts';
import { HttpError } from './problem.ts';

const given = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(value => (value === '' ? undefined : value), schema.optional()).transform(value => value ?? null);

const date = z.custom<LocalDate>(
  value => typeof value === 'string' && isLocalDate(value) && /^(?:19|20|21)/.test(value),
  'must be a date such as 2027-03-16',
);
const id = z.string('must be given once').max(200, 'is too long');
const page = z.coerce
  .number('must be a number')
  .int('must be a whole number')
  .min(1, 'counts from 1')
  .max(100_000, 'is too large');

export const scheduleQuery = z.object({
  production: given(id.transform(brandId<ProductionId>)),
  from: given(date),
  to: given(date),
  person: given(id.transform(brandId<PersonId>)),
  kind: given(z.enum(eventKinds, 'must be a kind of event')),
  page: given(page),
  did: given(id),
});
export type ScheduleQuery = z.infer<typeof scheduleQuery>;

export const listQuery = z.object({ page: given(page) });

/** Throws HttpError `bad-request`, naming the first wrong value's place and what is allowed there, never the value. */
export function readQuery<Schema extends z.ZodType>(schema: Schema, query: unknown): z.infer<Schema> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new HttpError('bad-request', `“${issue?.path.join('.') ?? ''}” ${issue?.message ?? 'is not allowed'}.`);
}
