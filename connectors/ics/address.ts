/** Which addresses a feed may be read from: https anywhere public, plain http on this machine only. */
import { isIP } from 'node:net';
import { RemoteError } from '../../src/sync/remote-error.ts';

/** All addresses of a host name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** The address to fetch, `webcal:` read as https. Throws RemoteError `rejected`. */
export function feedAddress(url: string): URL {
  const text = url.trim().replace(/^webcals?:\/\//i, 'https://');
  const address = URL.canParse(text) ? new URL(text) : null;
  if (address === null) throw new RemoteError('rejected', 'the address of the feed is not a URL');
  const usable = address.protocol === 'https:' || (address.protocol === 'http:' && isLoopback(address.hostname));
  if (!usable) throw new RemoteError('rejected', 'a feed is read over https (http only from this machine)');
  return address;
}

/**
 * Throws RemoteError `forbidden` for a name that leads into a private network: the address comes from outside, and
 * must not make the daemon ask its own neighbours. `unavailable` if the name is not known.
 */
export async function checkHost(host: string, lookup: Lookup): Promise<void> {
  if (isLoopback(host)) return;
  const bare = host.replace(/^\[|\]$/g, '');
  const addresses = isIP(bare) > 0 ? [bare] : await lookup(host).catch(unknownHost);
  if (addresses.some(isPrivate)) throw new RemoteError('forbidden', 'the feed is inside a private network');
}

function unknownHost(cause: unknown): never {
  throw new RemoteError('unavailable', 'the host of the feed is not known', { outcome: 'not-done', cause });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Addresses that no public feed has: RFC 6890. A mapped IPv4 address counts as what it is. */
export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const text = mapped ?? address;
  if (isIP(text) === 6) return /^(::1?$|::ffff:|64:ff9b:|100:|f[cd]|fe[89ab]|ff|2001:(0|db8):)/i.test(text);
  const [a = 0, b = 0, c = 0] = text.split('.').map(Number);
  return (
    [0, 10, 127].includes(a) ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 198 && (b === 18 || b === 19))
  );
}
