import { describe, expect, it } from 'vitest';
import { load, production, refusal } from './folder.ts';

const link = (text: string) => `calendars: [{ person: C1, ${text} }]`;
const google = (text: string) => `connectors: { google: { serviceAccountKeyFile: k.json, ${text} } }`;
const microsoft = (text: string) => `connectors: { microsoft: { ${text} } }`;
const app = 'tenantId: t, clientId: c';

/** Every key wrong once: what is typed, the key path told, and a part of what is told of it. */
const wrong: readonly (readonly [string, string, string])[] = [
  ['store: mysql://x', 'store', 'allowed is sqlite:FILE or postgres://'],
  ['store: "sqlite:"', 'store', 'allowed is sqlite:FILE'],
  ['server: 8080', 'server', 'allowed is a section with host, port, publicUrl'],
  ['server: { host: 1 }', 'server.host', 'allowed is a host name'],
  ['server: { port: 65536 }', 'server.port', 'found 65536, allowed is a whole number from 0 to 65535'],
  ['server: { port: 80.5 }', 'server.port', 'found 80.5'],
  ['server: { publicUrl: callboard.test }', 'server.publicUrl', 'allowed is an https:// address'],
  ['secretsKey: c2hvcnQ=', 'secretsKey', 'allowed is 32 bytes in base64'],
  ['sync: { interval: 60 }', 'sync.interval', 'found 60, allowed is a duration from 1s to 1d'],
  ['sync: { interval: 0s }', 'sync.interval', 'found "0s"'],
  ['sync: { interval: 1 minute }', 'sync.interval', 'found "1 minute"'],
  ['sync: { concurrency: 0 }', 'sync.concurrency', 'from 1 to 256'],
  ['sync: { pastDays: -1 }', 'sync.pastDays', 'found -1'],
  ['sync: { futureDays: many }', 'sync.futureDays', 'found "many"'],
  ['mail: { from: office }', 'mail.from', 'allowed is a mail address'],
  ['mail: { from: "a <a@b.test>\\r\\nBcc: x@y.test" }', 'mail.from', 'allowed is a mail address'],
  ['mail: { transport: sendmail }', 'mail.transport', 'allowed is smtp://'],
  ['mail: { transport: "graph:office" }', 'mail.transport', 'graph:MAILBOX'],
  ['mail: { inbox: "pop3://a@b" }', 'mail.inbox', 'allowed is imaps://'],
  ['mail: { inbox: "imap://a@mail.test" }', 'mail.inbox', 'this machine only'],
  ['mail: { inbox: "graph:office" }', 'mail.inbox', 'graph:MAILBOX'],
  ['mail: { inboxInterval: 5s }', 'mail.inboxInterval', 'from 10s to 1d'],
  ['mail: { quietPeriod: 2d }', 'mail.quietPeriod', 'from 0s to 1d'],
  ['mail: { quietHours: "21-7" }', 'mail.quietHours', 'such as "21:00-07:00"'],
  ['mail: { quietHours: "21:00-21:00" }', 'mail.quietHours', 'such as "21:00-07:00"'],
  ['mail: { reviewOver: 1.5 }', 'mail.reviewOver', 'allowed is a whole number'],
  ['publishing: { held: [shootday] }', 'publishing.held[0]', 'found "shootday", allowed is one of production_meeting'],
  ['publishing: { held: shoot_day }', 'publishing.held', 'allowed is a list'],
  ['rights: { boss: { when: accept } }', 'rights.boss', 'unknown key, allowed is secretary'],
  ['rights: { producer: accept }', 'rights.producer', 'found "accept", allowed is when, title'],
  ['rights: { owner: { colour: accept } }', 'rights.owner.colour', 'unknown key, allowed is when, title'],
  ['rights: { owner: { when: yes } }', 'rights.owner.when', 'allowed is one of accept, propose, restore'],
  ['connectors: { yahoo: {} }', 'connectors.yahoo', 'allowed is google, microsoft'],
  [google('domains: tidewrack.test'), 'connectors.google.domains', 'allowed is a list of mail domains'],
  [google('domains: ["@tidewrack.test"]'), 'connectors.google.domains[0]', 'allowed is a mail domain'],
  ['connectors: { google: {} }', 'connectors.google.serviceAccountKeyFile', 'serviceAccountKeyFile, oauth, or both'],
  [google('oauth: { clientId: a }'), 'connectors.google.oauth.clientSecret', "needed is the OAuth client's secret"],
  [google('apiRoot: ftp://a.test'), 'connectors.google.apiRoot', 'allowed is an https:// address'],
  [google('authUrl: http://a.test'), 'connectors.google.authUrl', 'http:// for this machine only'],
  [google('tokenUrl: 1'), 'connectors.google.tokenUrl', 'found 1'],
  [microsoft('clientId: c, clientSecret: s'), 'connectors.microsoft.tenantId', 'missing'],
  [microsoft(`tenantId: 7, clientId: c, clientSecret: s`), 'connectors.microsoft.tenantId', 'found 7'],
  [microsoft('tenantId: t, clientSecret: s'), 'connectors.microsoft.clientId', 'missing'],
  [microsoft(app), 'connectors.microsoft.clientSecret', 'one of the two'],
  [microsoft(`${app}, clientSecret: s, certificateFile: f`), 'connectors.microsoft.clientSecret', 'one of the two'],
  [microsoft(`${app}, certificateFile: ""`), 'connectors.microsoft.certificateFile', 'found ""'],
  [microsoft(`${app}, clientSecret: s, domains: [x]`), 'connectors.microsoft.domains[0]', 'found "x"'],
  [microsoft(`${app}, clientSecret: s, authority: no`), 'connectors.microsoft.authority', 'found "no"'],
  [
    microsoft(`${app}, clientSecret: s, graphRoot: "https://a.test/#x"`),
    'connectors.microsoft.graphRoot',
    'allowed is',
  ],
  ['calendars: { person: C1 }', 'calendars', 'allowed is a list of calendars'],
  ['calendars: [C1]', 'calendars[0]', 'allowed is a section with person, provider'],
  ['calendars: [{ provider: ics, url: "https://a.test" }]', 'calendars[0].person', "missing, needed is a person's id"],
  [link('url: "https://a.test"'), 'calendars[0].provider', 'missing, needed is one of google, microsoft, caldav, ics'],
  [link('provider: outlook'), 'calendars[0].provider', 'found "outlook", allowed is one of google'],
  [link('provider: caldav'), 'calendars[0].url', 'missing'],
  [link('provider: caldav, url: "http://dav.test/"'), 'calendars[0].url', 'http:// for this machine only'],
  [
    link('provider: caldav, url: "https://a.test/", username: u'),
    'calendars[0].password',
    'username and password together',
  ],
  [
    link('provider: caldav, url: "https://a.test/", password: p'),
    'calendars[0].username',
    'username and password together',
  ],
  [link('provider: caldav, url: "https://a.test/", mode: both'), 'calendars[0].mode', 'two-way, publish, busy'],
  [link('provider: caldav, url: "https://a.test/", carrier: feed'), 'calendars[0].carrier', 'one of copy, invite'],
  [link('provider: caldav, url: "https://a.test/", production: x'), 'calendars[0].production', 'one of tidewrack'],
  [link('provider: ics'), 'calendars[0].url', 'missing'],
  [link('provider: ics, url: "webcal:oops"'), 'calendars[0].url', 'allowed is an https:// address'],
  [link('provider: ics, url: "https://a.test/", mode: two-way'), 'calendars[0].mode', 'can only be read'],
  [link('provider: ics, url: "https://a.test/", password: p'), 'calendars[0].password', 'unknown key'],
  [link('provider: google'), 'calendars[0].user', 'missing, needed is a mail address'],
  [link('provider: microsoft, user: idris'), 'calendars[0].user', 'allowed is a mail address'],
  [link('provider: google, user: a@b.test, calendar: 1'), 'calendars[0].calendar', "allowed is a calendar's id"],
  [link('provider: google, user: a@b.test'), 'calendars[0].provider', 'together with a section connectors.google'],
];

describe('every key', () => {
  it.each(wrong)('%s is refused', async (text, path, told) => {
    const error = await refusal(load(`${production}\n\n${text}\n`));
    expect(error.kind).toBe('invalid');
    const line = error.message.split('\n').find(one => one.startsWith(`callboard.yaml:4: ${path}: `));
    expect(line, error.message).toContain(told);
  });
});

describe('unknown keys', () => {
  it.each([
    [
      'sync: { intervall: 60s }',
      'sync.intervall: unknown key (did you mean interval?), allowed is interval, concurrency',
    ],
    ['server: { public_url: "https://a.test" }', 'server.public_url: unknown key (did you mean publicUrl?)'],
    ['server: { hots: a }', 'server.hots: unknown key (did you mean host?)'],
    ['secretKey: x', 'secretKey: unknown key (did you mean secretsKey?)'],
    ['mail: { qiuetPeriod: 10m }', 'mail.qiuetPeriod: unknown key (did you mean quietPeriod?)'],
    ['rights: { frist_ad: {} }', 'rights.frist_ad: unknown key (did you mean first_ad?)'],
    ['colour: red', 'colour: unknown key, allowed is production, productions, store'],
    ['__proto__: { port: 1 }', '__proto__: unknown key, allowed is'],
  ])('%s is told with what may have been meant', async (text, told) => {
    expect((await refusal(load(production + text))).message).toContain(`callboard.yaml:2: ${told}`);
  });
});

it('all that is wrong is told at once, in the order of the file, each with its own line', async () => {
  const text = [
    'server:',
    '  # a comment',
    '  port: eighty',
    '  hots: 0.0.0.0',
    'calendars:',
    '  - person: C1',
    '    provider: caldav',
    '  - person: C2',
    '    provider: ics',
    '    url: |',
    '      not an address',
    'sync:',
    '  interval: soon',
  ];
  const { message } = await refusal(load(text.join('\n')));
  expect(message.split('\n').map(line => line.split(': ').slice(0, 2).join(' '))).toEqual([
    'callboard.yaml:1 production',
    'callboard.yaml:3 server.port',
    'callboard.yaml:4 server.hots',
    'callboard.yaml:6 calendars[0].url',
    'callboard.yaml:10 calendars[1].url',
    'callboard.yaml:13 sync.interval',
  ]);
});

describe('productions', () => {
  const two = [
    'productions:',
    '  - { id: a, name: A, timezone: Europe/London }',
    '  - { id: b, name: B, timezone: Pacific/Auckland, rules: [uk-child] }',
    '',
  ].join('\n');

  it('one daemon serves one or several', async () => {
    expect((await load(production)).productions).toEqual([
      { id: 'tidewrack', name: 'TIDEWRACK', timezone: 'Europe/London', rules: [] },
    ]);
    expect((await load(two)).productions.map(({ id, rules }) => [id, rules])).toEqual([
      ['a', []],
      ['b', ['uk-child']],
    ]);
  });

  it.each([
    [
      'both forms at once',
      `${production}${two}`,
      'callboard.yaml:2: productions: found a list, allowed is production or productions, not both',
    ],
    ['none', 'store: sqlite:x', 'callboard.yaml:1: production: missing'],
    [
      'an empty list',
      'productions: []',
      'callboard.yaml:1: productions: found a list, allowed is at least one production',
    ],
    [
      'one id twice',
      two.replace('id: b', 'id: a'),
      'callboard.yaml:3: productions[1].id: found "a", allowed is an id of its own',
    ],
    [
      'an id with a space',
      production.replace('tidewrack', '"a b"'),
      'production.id: found "a b", allowed is small letters',
    ],
    ['no name', 'production: { id: a, timezone: UTC }', 'callboard.yaml:1: production.name: missing'],
    [
      'a zone there is not',
      production.replace('Europe/London', 'Europe/Bristol'),
      'production.timezone: found "Europe/Bristol"',
    ],
    ['a rule set that is no name', production.replace(' }', ', rules: [UK] }'), 'production.rules[0]: found "UK"'],
  ])('%s is refused', async (_what, text, told) => {
    expect((await refusal(load(text))).message).toContain(told);
  });

  it('with several productions a calendar says whose it is', async () => {
    const entry = (more: string) => `${two}calendars: [{ person: C1, provider: ics, url: "https://a.test/" ${more} }]`;
    expect((await refusal(load(entry('')))).message).toContain(
      'calendars[0].production: missing, needed is one of a, b',
    );
    expect((await load(entry(', production: b'))).calendars[0]?.production).toBe('b');
  });
});

describe('what is not given', () => {
  it('has its default', async () => {
    const { productions, ...rest } = await load(production);
    expect(productions).toHaveLength(1);
    expect(rest).toEqual({
      store: 'sqlite:data/callboard.db',
      server: { host: '127.0.0.1', port: 8080, publicUrl: 'http://127.0.0.1:8080' },
      secretsKey: null,
      sync: { intervalMs: 60_000, concurrency: 8, pastDays: 7, futureDays: 400 },
      mail: {
        from: 'callboard <callboard@localhost>',
        transport: 'file:data/outbox',
        inbox: null,
        inboxIntervalMs: 60_000,
        quietPeriodMs: 600_000,
        quietHours: { from: '21:00', to: '07:00' },
        reviewOver: 40,
      },
      publishing: { held: [] },
      rights: {
        default: { default: 'propose' },
        owner: { when: 'accept', place: 'accept', title: 'accept' },
      },
      connectors: { google: null, microsoft: null },
      calendars: [],
    });
  });

  it('a section with nothing in it is as good as none', async () => {
    const empty = ['server', 'sync', 'mail', 'publishing', 'rights', 'connectors', 'calendars'];
    expect(await load(production + empty.map(key => `${key}:\n`).join(''))).toEqual(await load(production));
  });

  it('the public address follows the port', async () => {
    expect((await load(`${production}server: { port: 9000 }`)).server.publicUrl).toBe('http://127.0.0.1:9000');
  });
});

describe('values', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s is a duration', async (text, ms) => {
    expect((await load(`${production}sync: { interval: ${text} }`)).sync.intervalMs).toBe(ms);
  });

  it('quiet hours can be switched off', async () => {
    for (const value of ['off', 'null']) {
      expect((await load(`${production}mail: { quietHours: ${value} }`)).mail.quietHours).toBeNull();
    }
  });

  it('rights go over the defaults, field by field', async () => {
    const { rights } = await load(`${production}rights: { owner: { title: propose }, viewer: { default: restore } }`);
    expect(rights.owner).toEqual({ when: 'accept', place: 'accept', title: 'propose' });
    expect(rights.viewer).toEqual({ default: 'restore' });
    expect(rights.default).toEqual({ default: 'propose' });
  });

  it.each([
    'http://127.0.0.1:5232/a/',
    'http://localhost/a',
    'http://dav.localhost/a',
    'http://[::1]:80/',
    'http://127.9.8.7/',
  ])('plain %s is taken, for it stays on this machine', async url => {
    expect((await load(production + link(`provider: caldav, url: "${url}"`))).calendars[0]?.url).toBe(url);
  });

  it.each([
    'http://127.evil.test/',
    'http://localhost.evil.test/',
    'http://10.0.0.1/',
    'http://127.0.0.1@evil.test/',
    'http://0.0.0.0/',
  ])('plain %s is refused, for it would leave this machine', async url => {
    await refusal(load(production + link(`provider: caldav, url: "${url}"`)));
  });
});

describe('calendars', () => {
  it('each provider has its own keys, told in the words of a link', async () => {
    const text = `
connectors:
  google: { serviceAccountKeyFile: k.json }
  microsoft: { ${app}, clientSecret: s, domains: [TIDEWRACK.test] }
calendars:
  - { person: C06, provider: caldav, url: "http://127.0.0.1:5232/t/", username: t, password: p, carrier: invite }
  - { person: C02, provider: microsoft, user: idris@tidewrack.test, mode: publish }
  - { person: C03, provider: google, user: h@example.com, calendar: primary }
  - { person: C04, provider: ics, url: "webcal://feeds.test/x.ics" }
`;
    const config = await load(production + text);
    const same = {
      production: 'tidewrack',
      mode: 'two-way',
      carrier: 'copy',
      url: null,
      calendar: null,
      password: null,
    };
    expect(config.calendars).toEqual([
      {
        ...same,
        person: 'C06',
        provider: 'caldav',
        url: 'http://127.0.0.1:5232/t/',
        user: 't',
        password: 'p',
        carrier: 'invite',
      },
      { ...same, person: 'C02', provider: 'microsoft', user: 'idris@tidewrack.test', mode: 'publish' },
      { ...same, person: 'C03', provider: 'google', user: 'h@example.com', calendar: null },
      { ...same, person: 'C04', provider: 'ics', url: 'https://feeds.test/x.ics', user: null, mode: 'busy' },
    ]);
    expect(config.connectors.microsoft?.domains).toEqual(['tidewrack.test']);
    expect(config.connectors.google?.apiRoot).toBe('https://www.googleapis.com/');
  });

  it('one user at one server has one password, and the refusal does not show it', async () => {
    const entry = (person: string, password: string) =>
      `  - { person: ${person}, provider: caldav, url: "https://dav.test/${person}/", username: unit, password: ${password} }\n`;
    const { message } = await refusal(
      load(`${production}calendars:\n${entry('C1', 'one-pass')}${entry('C2', 'two-pass')}`),
    );
    expect(message).toContain('calendars[1].password');
    expect(message).toContain('the password of calendars[0], which has the same server and user');
    expect(message).not.toContain('one-pass');
    await expect(load(`${production}calendars:\n${entry('C1', 'one')}${entry('C2', 'one')}`)).resolves.toBeDefined();
  });

  it('one calendar of one person is linked once', async () => {
    const one = '{ person: C1, provider: ics, url: "https://a.test/x" }';
    const { message } = await refusal(load(`${production}calendars:\n  - ${one}\n  - ${one}\n`));
    expect(message).toBe(
      'callboard.yaml:4: calendars[1]: found a section, allowed is another calendar than calendars[0]',
    );
  });
});
