/** The pure parts of the wire: hrefs, XML, redirects. */
import { describe, expect, it } from 'vitest';
import { createDavClient, redirectTarget } from '../../../connectors/caldav/client.ts';
import { encodePath, pathOf } from '../../../connectors/caldav/href.ts';
import { parseMultistatus, preconditionOf, textOf } from '../../../connectors/caldav/xml.ts';
import { errorOfFailure, retryAtOf } from '../../../connectors/http.ts';
import { countingDoor, now } from '../../contract/bench.ts';

describe('hrefs', () => {
  it.each([
    ['https://cal.example:8443/u/a%20b.ics', '/u/a b.ics'],
    ['/u/a%20b.ics', '/u/a b.ics'],
    ['/u/a%c3%a9.ics', '/u/aé.ics'],
    ['/u/sam%40example.com/', '/u/sam@example.com/'],
    ['https://cal.example', '/'],
  ])('%s is the path %s', (href, path) => expect(pathOf(href)).toBe(path));

  it.each(['/u/50%25.ics', '/u/a%2Fb.ics', '/u/a b+c@d.ics', '/u/é/ü.ics'])(
    '%s is the same name after a round',
    path => {
      const id = pathOf(path);
      expect(pathOf(encodePath(id))).toBe(id);
    },
  );

  it('a broken escape is left as it is', () => expect(pathOf('/u/%E9.ics')).toBe('/u/%E9.ics'));
});

describe('multistatus', () => {
  const wrap = (text: string) => `<d:multistatus xmlns:d="DAV:" xmlns:c="c">${text}</d:multistatus>`;
  const data = (text: string) =>
    parseMultistatus(
      wrap(
        `<d:response><d:href>/a.ics</d:href><d:propstat><d:prop><c:calendar-data>${text}</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`,
      ),
    ).responses[0]!.props;

  it.each([
    ['a &amp;amp; b &lt;c&gt; &#233; &#xE9; &quot;', 'a &amp; b <c> é é "'],
    ['<![CDATA[a &amp; <!DOCTYPE b]]>', 'a &amp; <!DOCTYPE b'],
    ['a &unknown; b', 'a &unknown; b'],
  ])('the text %s is read as %s', (raw, text) => expect(textOf(data(raw), 'calendar-data')).toBe(text));

  it('keeps only the properties that were found', () => {
    const propstat = (status: string, name: string) =>
      `<d:propstat><d:prop><d:${name}>x</d:${name}></d:prop><d:status>HTTP/1.1 ${status}</d:status></d:propstat>`;
    const both = `<d:response><d:href>/</d:href>${propstat('200 OK', 'getetag')}${propstat('404 Not Found', 'owner')}</d:response>`;
    expect(parseMultistatus(wrap(both)).responses[0]).toMatchObject({ status: null, props: { getetag: 'x' } });
    expect(parseMultistatus(wrap(both)).responses[0]!.props).not.toHaveProperty('owner');
  });

  it('names the precondition of a refusal', () => {
    expect(preconditionOf('<error xmlns="DAV:"><valid-sync-token/></error>')).toBe('valid-sync-token');
    expect(preconditionOf('<html><p>An error occurred</p></html>')).toBeNull();
    expect(preconditionOf('')).toBeNull();
  });

  it.each(['<!DOCTYPE a [<!ENTITY b "c">]><a/>', '<a>&b;<!ENTITY b SYSTEM "file:///etc/passwd"></a>'])(
    'refuses %s',
    text => {
      expect(() => parseMultistatus(text)).toThrow(expect.objectContaining({ kind: 'protocol' }));
    },
  );
});

describe('redirects', () => {
  it.each([
    ['https://caldav.icloud.com/', 'https://p42-caldav.icloud.com/1/', true],
    ['https://cal.example.com/a', '/b', true],
    ['http://cal.example.com/a', 'https://cal.example.com/a', true],
    ['https://cal.example.com/a', 'http://cal.example.com/a', false],
    ['https://cal.example.com/a', 'https://cal.example.org/a', false],
    ['https://cal.example.com/a', 'https://cal.example.com:8443/a', false],
    ['https://a.co.uk/', 'https://b.co.uk/', false],
    ['https://a.github.io/', 'https://evil.com/.github.io/', false],
    ['http://127.0.0.1:80/', 'https://127.0.0.2/', false],
    ['https://localhost/', 'https://evil/', false],
    ['https://cal.example.com/', 'ftp://cal.example.com/', false],
    ['https://cal.example.com/', '//[', false],
  ])('from %s to %s: %s', (from, to, followed) => {
    expect(redirectTarget(from, to) !== null).toBe(followed);
  });

  it('to another site are not followed, so it never sees the password', async () => {
    const asked: string[] = [];
    const door = {
      ...countingDoor('secret'),
      fetch: async (input: string | URL | Request) => {
        asked.push(String(input));
        return new Response(null, { status: 302, headers: { location: 'https://evil.example/' } });
      },
    };
    const reply = await createDavClient(door, 'sam').request({ method: 'GET', url: 'https://cal.example.com/' });
    expect(reply.status).toBe(302);
    expect(asked).toEqual(['https://cal.example.com/']);
  });

  it('in a circle end', async () => {
    let asked = 0;
    const door = {
      ...countingDoor(null),
      fetch: async () => {
        asked += 1;
        return new Response(null, { status: 301, headers: { location: '/again' } });
      },
    };
    await createDavClient(door, null).request({ method: 'GET', url: 'https://cal.example.com/' });
    expect(asked).toBe(6);
  });
});

it.each([
  ['120', now + 120_000],
  ['Sun, 22 Nov 2026 13:00:00 GMT', now + 3_600_000],
  ['Sun, 22 Nov 2026 11:00:00 GMT', now],
  ['soon', null],
  [null, null],
])('Retry-After %s', (header, instant) => expect(retryAtOf(header, now)).toBe(instant));

it.each([
  [new DOMException('', 'TimeoutError'), 'timeout', 'unknown'],
  [
    new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
    'unavailable',
    'unknown',
  ],
  [
    new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
    'unavailable',
    'not-done',
  ],
])('%s: no reply came', (cause, kind, outcome) => expect(errorOfFailure(cause)).toMatchObject({ kind, outcome }));
