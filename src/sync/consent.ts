/**
 * Links that their owner makes: the office hands out an address of ours, good once and for some days; behind it the
 * provider asks the person, who comes back with a code. Nothing secret is kept but sealed, and no address twice.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type CalendarLink, type ProviderName, providers } from '../model/calendar.ts';
import { brandId, type PersonId, type ProductionId } from '../model/ids.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import type { Repositories, Store } from '../store/store.ts';
import type { Connector, Consent } from './connector.ts';
import { type LinkRequest, linkAskedFor, putAskedLink } from './links.ts';

export type ConsentParts = Readonly<{
  store: Store;
  runtime: Pick<Runtime, 'now' | 'id'>;
  fetch: typeof fetch;
  connector(provider: ProviderName): Connector;
  /** null: the configuration has no secretsKey, so no consent can be kept. */
  secretBox: SecretBox | null;
  /** How people reach us, without a slash at its end. */
  publicUrl: string;
}>;

export class ConsentError extends Error {
  override readonly name = 'ConsentError';
  /** `not-offered`: this provider asks nobody. `no-key`: nothing can be sealed. `spent`: used, too old, or never ours. */
  readonly kind: 'not-offered' | 'no-key' | 'spent' | 'refused' | 'wrong-user';
  constructor(kind: ConsentError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

const dayMs = 24 * 60 * 60 * 1000;
/** How long an address is good: people read their mail after the weekend. */
export const invitationMs = 14 * dayMs;
/** From our address to the provider's page and back. */
const visitMs = 60 * 60 * 1000;

const invitation = z.object({
  production: z.string().transform(brandId<ProductionId>),
  person: z.string().transform(brandId<PersonId>),
  provider: z.enum(providers),
  mode: z.enum(['two-way', 'publish', 'busy']),
  carrier: z.enum(['copy', 'invite']),
  user: z.string().nullable(),
  calendar: z.string().nullable(),
  until: z.number(),
});
export type Invitation = z.infer<typeof invitation>;
const visit = z.object({ invitation: z.string(), verifier: z.string(), until: z.number() });

export const callbackPath = '/connect/callback';

/** The address to give to the person. Throws ConsentError. */
export async function invite(parts: ConsentParts, request: Omit<LinkRequest, 'url'>): Promise<string> {
  flowOf(parts, request.provider);
  const token = secretText(parts);
  const { production, person, provider, mode, carrier, user, calendar } = request;
  const until = parts.runtime.now() + invitationMs;
  const kept: Invitation = { production, person, provider, mode, carrier, user, calendar, until };
  await parts.store.write(async r => {
    await sweep(parts, r);
    await r.meta.put(keyOf('invitation', token), box(parts).seal(JSON.stringify(kept)));
  });
  return `${parts.publicUrl}/connect/${token}`;
}

/** Whom an address was given to; null: it is spent. */
async function invitationOf(parts: ConsentParts, token: string): Promise<Invitation | null> {
  const kept = await parts.store.read(r => opened(parts, r, keyOf('invitation', token)));
  const parsed = invitation.safeParse(kept);
  return parsed.success && parsed.data.until > parts.runtime.now() ? parsed.data : null;
}

/** The provider's page for who opens such an address. Throws ConsentError. */
export async function beginVisit(parts: ConsentParts, token: string, signal: AbortSignal): Promise<string> {
  const given = await invitationOf(parts, token);
  if (given === null) throw spent();
  const [state, verifier] = [secretText(parts), `${secretText(parts)}${secretText(parts)}`];
  const kept = { invitation: keyOf('invitation', token), verifier, until: parts.runtime.now() + visitMs };
  await parts.store.write(r => r.meta.put(keyOf('visit', state), box(parts).seal(JSON.stringify(kept))));
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const redirectUri = `${parts.publicUrl}${callbackPath}`;
  const request = { redirectUri, state, challenge, user: given.user };
  return await flowOf(parts, given.provider).address(request, doorOf(parts, signal));
}

/** They are back. Makes the link, or mends the one there was; everything pending then arrives. Throws ConsentError, RemoteError. */
export async function finishVisit(
  parts: ConsentParts,
  answer: Readonly<{ state: string; code: string | null; problem: string | null }>,
  signal: AbortSignal,
): Promise<CalendarLink> {
  const taken = await parts.store.write(async r => {
    const key = keyOf('visit', answer.state);
    const kept = visit.safeParse(await opened(parts, r, key));
    await r.meta.remove(key);
    if (!kept.success || kept.data.until <= parts.runtime.now()) return null;
    const given = invitation.safeParse(await opened(parts, r, kept.data.invitation));
    return given.success ? { given: given.data, key: kept.data.invitation, verifier: kept.data.verifier } : null;
  });
  if (taken === null) throw spent();
  const { given, key, verifier } = taken;
  if (answer.code === null) throw new ConsentError('refused', `${given.provider} says: ${answer.problem ?? 'no'}`);
  const redirectUri = `${parts.publicUrl}${callbackPath}`;
  const consent = await flowOf(parts, given.provider).finish(
    { redirectUri, code: answer.code, verifier },
    doorOf(parts, signal),
  );
  requireUser(given, consent);
  return await parts.store.write(async r => {
    await r.meta.remove(key);
    return await keep(parts, r, given, consent);
  });
}

/** The same without a browser on this machine. Throws ConsentError, RemoteError. */
export async function consentByDevice(
  parts: ConsentParts,
  request: Omit<LinkRequest, 'url'>,
  show: (words: string) => void,
  signal: AbortSignal,
): Promise<CalendarLink> {
  const { byDevice } = flowOf(parts, request.provider);
  if (!byDevice) throw new ConsentError('not-offered', `${request.provider} gives out no device codes`);
  box(parts);
  const consent = await byDevice(show, doorOf(parts, signal));
  requireUser(request, consent);
  return await parts.store.write(r => keep(parts, r, request, consent));
}

function requireUser({ user }: Pick<LinkRequest, 'user'>, consent: Consent): void {
  if (user === null || user.toLowerCase() === consent.user.toLowerCase()) return;
  throw new ConsentError('wrong-user', `signed in as ${consent.user}, asked for is ${user}`);
}

async function keep(
  parts: ConsentParts,
  r: Repositories,
  given: Omit<LinkRequest, 'url'>,
  consent: Consent,
): Promise<CalendarLink> {
  const request = { ...given, url: null, user: consent.user.toLowerCase() };
  const link = linkAskedFor(
    request,
    (await r.calendars.all()).map(row => row.link),
  );
  await putAskedLink(r, link, box(parts).seal(consent.secret));
  return link;
}

/** What is too old is taken away as new ones come. */
async function sweep(parts: ConsentParts, r: Repositories): Promise<void> {
  const until = z.object({ until: z.number() });
  for (const start of ['invitation/', 'visit/']) {
    for (const key of await r.meta.keys(start)) {
      const kept = until.safeParse(await opened(parts, r, key));
      if (!kept.success || kept.data.until <= parts.runtime.now()) await r.meta.remove(key);
    }
  }
}

async function opened(parts: ConsentParts, r: Repositories, key: string): Promise<unknown> {
  const sealed = await r.meta.get(key);
  return sealed === null ? null : JSON.parse(box(parts).open(sealed));
}

function flowOf(parts: ConsentParts, provider: ProviderName) {
  const flow = parts.connector(provider).consent;
  if (!flow) throw new ConsentError('not-offered', `${provider} calendars are not linked by consent as this is set up`);
  return flow;
}

const doorOf = ({ fetch, runtime }: ConsentParts, signal: AbortSignal) => ({ fetch, now: () => runtime.now(), signal });

function box({ secretBox }: ConsentParts): SecretBox {
  if (secretBox) return secretBox;
  throw new ConsentError('no-key', 'consents need `secretsKey` in the configuration: `openssl rand -base64 32`');
}

const keyOf = (what: 'invitation' | 'visit', token: string) =>
  `${what}/${createHash('sha256').update(token).digest('hex')}`;

const secretText = ({ runtime }: ConsentParts) => runtime.id().replaceAll('-', '');

const spent = () =>
  new ConsentError('spent', 'this address was used already, or is too old: ask the office for a new one');
