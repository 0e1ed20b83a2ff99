/** Who may see the office pages while there is no sign-in: this machine alone. Pure. */

const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '[::1]', 'localhost']);

/** Whether a server listening on `host` is reached from this machine only. */
export function isLoopbackHost(host: string): boolean {
  return loopbackNames.has(host.toLowerCase());
}

/**
 * Whether a Host header names this machine. Without this, a stranger's site could point its own name at 127.0.0.1 and
 * read the pages through the browser of whoever visits it (DNS rebinding).
 */
export function isLoopbackAuthority(header: string | undefined): boolean {
  const url = header === undefined ? null : URL.parse(`http://${header}/`);
  return url !== null && isLoopbackHost(url.hostname);
}

/** Whether a request that changes something comes from one of our own pages, by what browsers say of its origin. */
export function isSameOrigin(headers: Readonly<Record<string, string | readonly string[] | undefined>>): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return typeof headers.host === 'string' && headers.origin === `http://${headers.host}`;
}
