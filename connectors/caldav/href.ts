/**
 * Hrefs as servers write them (whole addresses or paths, escaped this way or that) and RemoteIds: the path,
 * URL-decoded, so that two spellings of one name are equal. `%2F` and `%25` stay as they are: decoded they would
 * mean something else.
 */

/** The decoded path of an href; an href that is no address at all gives its own text. */
export function pathOf(href: string): string {
  const path = /^[a-z][a-z\d+.-]*:\/\/[^/]*(\/[^?#]*)?/i.exec(href);
  const raw = path ? (path[1] ?? '/') : href;
  return raw.replace(/(?:%[\da-f]{2})+/gi, decodeRun);
}

/** The same path as it goes on the wire. */
export function encodePath(path: string): string {
  return path
    .split('/')
    .map(segment => encodeURIComponent(segment).replace(/%25(2F|25)/g, '%$1'))
    .join('/');
}

function decodeRun(run: string): string {
  return run
    .toUpperCase()
    .split(/(%2F|%25)/)
    .map(part => (part === '%2F' || part === '%25' ? part : decodePart(part)))
    .join('');
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
