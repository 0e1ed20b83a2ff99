/** The kinds of value a configuration has. The message of each schema says what is allowed there. */
import { z } from 'zod';

/** A mapping that knows all its keys. For a key it does not know the message is the list of those it has. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? keys : `a section with ${keys}`),
  });
}

/** Null where the key is not given. */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().transform(value => value ?? null);
}

export function text(allowed: string, test: (value: string) => boolean = value => value.trim() !== '') {
  return z.string({ error: `${allowed} (in quotes)` }).refine(test, { error: allowed });
}

/** Decimal digits in quotes are taken too: that is what `${PORT}` gives. */
export function whole(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.preprocess(
    value => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z.int({ error }).min(min, { error }).max(max, { error }),
  );
}

export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `one of ${values.join(', ')}` });
}

export function list<Schema extends z.ZodType>(item: Schema, allowed: string) {
  return z.array(item, { error: allowed });
}

const unitMs = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** NaN for what is not a duration. */
function durationMs(value: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  return Number(count) * (unitMs.get(unit) ?? Number.NaN);
}

/** `60s`, `10m`, `2h`, `1d`, as milliseconds. */
export function duration(min: string, max: string) {
  const allowed = `a duration from ${min} to ${max}, such as 90s, 10m, 2h or 1d`;
  return z
    .string({ error: allowed })
    .transform(durationMs)
    .refine(ms => ms >= durationMs(min) && ms <= durationMs(max), { error: allowed });
}

export type QuietHours = Readonly<{ from: string; to: string }>;

const clock = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const quietPattern = new RegExp(`^(${clock})-(${clock})$`);

/** `21:00-07:00`, production time, as `{from, to}`; `off` (or YAML's null) as null. */
export const quietHours = z
  .string({ error: 'a span of the clock such as "21:00-07:00", or off' })
  .nullable()
  .transform((value, context): QuietHours | null => {
    if (value === null || value === 'off') return null;
    const [, from, to] = quietPattern.exec(value) ?? [];
    if (from && to && from !== to) return { from, to };
    context.addIssue({ code: 'custom', message: 'a span of the clock such as "21:00-07:00", or off' });
    return z.NEVER;
  });

/** Whether a host name is this machine: the only place to which passwords and calendars may go unencrypted. */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** An address of one of these schemes; a scheme marked false is good for loopback only. */
export function isAddress(value: string, schemes: Readonly<Record<string, boolean>>): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  const anywhere = schemes[protocol];
  return anywhere !== undefined && hostname !== '' && (anywhere || isLoopback(hostname));
}

/** A web address without user, password or fragment. */
export function webAddress(value: string): boolean {
  if (!isAddress(value, { 'https:': true, 'http:': false })) return false;
  const { username, password, hash } = new URL(value);
  return username === '' && password === '' && hash === '';
}

export const webAddressText = 'an https:// address (http:// for this machine only) without user, password or #';
