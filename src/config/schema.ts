/** The configuration: contract.md section 2. Every key, its default and what is allowed there. */
import { z } from 'zod';
import { eventKinds } from '../model/event.ts';
import { brandId, type ProductionId } from '../model/ids.ts';
import { isZone, type ZoneName } from '../model/when.ts';
import { isSecretKey } from '../runtime/secret-box.ts';
import { calendars, passwordsAtOdds, repeatedCalendars } from './calendars.ts';
import { connectors } from './connectors.ts';
import { rights } from './rights.ts';
import {
  choice,
  duration,
  isAddress,
  list,
  orNull,
  quietHours,
  section,
  text,
  webAddress,
  webAddressText,
  whole,
} from './values.ts';

const slug = text('small letters, digits and hyphens, such as tidewrack', value =>
  /^[a-z0-9][a-z0-9-]{0,62}$/.test(value),
);

const production = section({
  id: slug.transform(brandId<ProductionId>),
  name: text('the name of the production'),
  timezone: text('an IANA time zone, such as Europe/London', isZone).transform(brandId<ZoneName>),
  rules: list(slug, 'a list of rule sets, such as [uk-child]').default([]),
});

const store = text('sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE', value =>
  value.startsWith('sqlite:')
    ? value.length > 'sqlite:'.length
    : /^postgres(ql)?:\/\//.test(value) && URL.canParse(value),
);

const server = optionalSection({
  host: text('a host name or address to listen on').default('127.0.0.1'),
  port: whole(0, 65535).default(8080),
  publicUrl: orNull(text(webAddressText, webAddress)),
}).transform(({ host, port, publicUrl }) => ({
  host,
  /** 0: the system chooses a free one. */
  port,
  /** What links and webhooks use, without a slash at its end. */
  publicUrl: (publicUrl ?? `http://127.0.0.1:${port}`).replace(/\/+$/, ''),
}));

const sync = optionalSection({
  interval: duration('1s', '1d').default(60_000),
  concurrency: whole(1, 256).default(8),
  pastDays: whole(0, 3660).default(7),
  futureDays: whole(1, 3660).default(400),
}).transform(({ interval, ...rest }) => ({ ...rest, intervalMs: interval }));

const mail = optionalSection({
  from: text('a mail address, such as "TIDEWRACK Office <schedule@tidewrack.test>"', isSender).default(
    'callboard <callboard@localhost>',
  ),
  transport: text(
    'smtp://USER:PASSWORD@HOST:PORT, smtps://…, graph:MAILBOX, gmail:MAILBOX or file:FOLDER',
    isTransport,
  ).default('file:data/outbox'),
  inbox: orNull(text('imaps://USER:PASSWORD@HOST/FOLDER (imap:// for this machine only) or graph:MAILBOX', isInbox)),
  inboxInterval: duration('10s', '1d').default(60_000),
  quietPeriod: duration('0s', '1d').default(600_000),
  quietHours: quietHours.default({ from: '21:00', to: '07:00' }),
  reviewOver: whole(0, 100_000).default(40),
}).transform(({ quietPeriod, inboxInterval, ...rest }) => ({
  ...rest,
  quietPeriodMs: quietPeriod,
  inboxIntervalMs: inboxInterval,
}));

const publishing = optionalSection({ held: list(choice(eventKinds), 'a list of kinds of event').default([]) });

/** Parses what the YAML holds. The message of each issue says what is allowed at its path. */
export const configSchema = section({
  production: production.optional(),
  productions: list(production, 'a list of productions').min(1, { error: 'at least one production' }).optional(),
  store: store.default('sqlite:data/callboard.db'),
  server,
  secretsKey: orNull(text('32 bytes in base64, such as `openssl rand -base64 32` prints', isSecretKey)),
  sync,
  mail,
  publishing,
  rights: z.preprocess(given => given ?? {}, rights).prefault({}),
  connectors,
  calendars,
})
  .refine(given => Boolean(given.production ?? given.productions), {
    path: ['production'],
    error: 'production: {id, name, timezone}, or productions: with a list of them',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .superRefine((given, context) => {
    const problem = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (given.production && given.productions) problem(['productions'], 'production or productions, not both');
    const ids = productionsOf(given).map(({ id }) => id);
    ids.forEach((id, index) => {
      if (ids.indexOf(id) < index) problem(['productions', index, 'id'], 'an id of its own for each production');
    });
    given.calendars.forEach((calendar, index) => {
      const { provider } = calendar;
      if (calendar.production === null ? ids.length > 1 : !ids.includes(calendar.production)) {
        problem(['calendars', index, 'production'], `one of ${ids.join(', ')}`);
      }
      if ((provider === 'google' || provider === 'microsoft') && given.connectors[provider] === null) {
        problem(['calendars', index, 'provider'], `${provider} together with a section connectors.${provider}`);
      }
    });
    for (const [later, earlier] of passwordsAtOdds(given.calendars)) {
      problem(
        ['calendars', later, 'password'],
        `the password of calendars[${earlier}], which has the same server and user`,
      );
    }
    for (const [later, earlier] of repeatedCalendars(given.calendars)) {
      problem(['calendars', later], `another calendar than calendars[${earlier}]`);
    }
  })
  .transform(given => {
    const { production: _one, productions: _many, ...rest } = given;
    const productions = productionsOf(given);
    const owned = productions.flatMap(({ id }) =>
      given.calendars
        .filter(calendar => (calendar.production ?? id) === id)
        .map(calendar => ({ ...calendar, production: id })),
    );
    return { ...rest, productions, calendars: owned };
  });

/** The configuration as the rest of callboard sees it: complete, checked, durations in milliseconds. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;

type DeepReadonly<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** A section that may be left out or left empty. */
function optionalSection<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.preprocess(given => given ?? {}, section(shape)).prefault({});
}

function productionsOf<P>(given: Readonly<{ production?: P | undefined; productions?: P[] | undefined }>): P[] {
  return given.productions ?? (given.production ? [given.production] : []);
}

function isSender(value: string): boolean {
  return /^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(value);
}

function isInbox(value: string): boolean {
  return /^graph:[^\s@]+@[^\s@]+$/.test(value) || isAddress(value, { 'imaps:': true, 'imap:': false });
}

function isTransport(value: string): boolean {
  if (/^(?:graph|gmail):[^\s@]+@[^\s@]+$/.test(value) || /^file:./.test(value)) return true;
  return isAddress(value, { 'smtp:': true, 'smtps:': true });
}
