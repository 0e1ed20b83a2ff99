/** `callboard demo` as a person starts it: a child process, its tour, its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

type Facts = Readonly<Record<string, unknown>>;
type Result = Readonly<{ url: string; steps: readonly Readonly<{ id: string; facts: Facts }>[] }>;

/** Temporary folders of the demo go into this one, so that what is left of them is seen. */
let temporary: string;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'demo-test-'));
});
afterAll(() => rm(temporary, { recursive: true }));

const leftovers = async () => (await readdir(temporary)).filter(name => name.startsWith('callboard-'));

function startDemo(...args: string[]): ChildProcess {
  const env = { PATH: process.env['PATH'], TMPDIR: temporary };
  return spawn(process.execPath, [main, 'demo', ...args], { env, cwd: temporary, stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('the tour', () => {
  let result: Result;
  let leftBehind: readonly string[];
  let said: string;

  beforeAll(async () => {
    const demo = startDemo('--no-wait', '--json', '--port', '0');
    const closed = once(demo, 'close');
    const [out, err] = await Promise.all([text(demo.stdout!), text(demo.stderr!)]);
    expect([(await closed)[0], err]).toEqual([0, '']);
    result = JSON.parse(out) as Result;
    said = out;
    leftBehind = await leftovers();
  }, 180_000);

  const facts = (id: string) => result.steps.find(step => step.id === id)?.facts;

  it('fills the calendars of three providers, every entry once, and a second look writes nothing', () => {
    const first = facts('first-fill');
    expect(first).toMatchObject({ events: 149, people: 102, calendars: 51, isOnce: true, secondWrites: 0 });
    expect(first?.['kinds']).toBe('16 Outlook, 31 Google, 4 CalDAV');
    expect(first?.['copies']).toBeGreaterThan(1_000);
    // One series with three dates left out, in eight calendars of Outlook: made, three deletions, said to be whole.
    expect(first?.['outlookWrites']).toBe(Number(first?.['inOutlook']) + 8 * 4);
    expect(first?.['secondRequests']).toBeLessThan(2 * 51);
  });

  it('holds the first mails until a person releases them', () => {
    const first = facts('first-fill');
    expect(first?.['early']).toBe(0);
    expect(first?.['mails']).toBe(first?.['waiting']);
    expect(first?.['invitations']).toBeGreaterThan(100);
    expect(Number(first?.['mails']) - Number(first?.['invitations'])).toBeGreaterThan(100);
  });

  it('carries a moved recce to all who are asked: one write a calendar, one message a person', () => {
    expect(facts('move-recce')).toEqual({
      asked: 21,
      calendars: 20,
      kinds: '5 Outlook, 13 Google, 2 CalDAV',
      right: 20,
      writes: 20,
      mostWrites: 1,
      elsewhere: 0,
      mails: 21,
      mostMails: 1,
      invitations: 1,
      withBothTimes: 21,
      version: 2,
    });
  });

  it('makes a proposal of what a producer drags, and the schedule follows only her who takes it', () => {
    expect(facts('producer-drags')).toEqual({
      proposal: true,
      unchangedUntilDecided: true,
      mailsBefore: 0,
      calendars: 2,
      right: 2,
      writes: 1,
      mails: 2,
      version: 2,
      by: 'Bethan Larkspur',
    });
  });

  it('keeps both values where two edits meet, and the losing one can be brought back', () => {
    expect(facts('both-edit')).toEqual({
      calendars: 2,
      oursShown: 2,
      keepsBoth: true,
      firstMails: 4,
      right: 2,
      laterMails: 4,
      version: 3,
      by: 'Bethan Larkspur',
    });
  });

  it('leaves a deleted recce deleted, touches nobody else and asks', () => {
    expect(facts('phone-deletes')).toEqual({
      putBack: false,
      others: 17,
      kept: 17,
      writes: 0,
      mails: 0,
      card: true,
      person: 'Hamza Treloar',
    });
  });

  it('keeps nothing of a private appointment but its times', () => {
    const stored = 'busy 2027-04-20 10:30 to 12:00';
    expect(facts('private-appointment')).toEqual({ busyBlocks: 1, leaks: 0, searchWorks: true, writes: 0, stored });
  });

  it('goes on without Outlook, and catches up with one write a copy and one message a person', () => {
    expect(facts('outage')).toEqual({
      others: 4,
      othersRight: 4,
      outlook: 3,
      outlookRightWhileDown: 0,
      outlookWritesWhileDown: 0,
      unread: 3,
      outlookRight: 3,
      writes: 3,
      mostWrites: 1,
      mails: 8,
      mostMails: 1,
      troubled: 0,
    });
  });

  it('writes to nobody about an edit that was undone at once', () => {
    expect(facts('edit-and-undo')).toMatchObject({ held: 31, mails: 0, asBefore: true, calendars: 30, right: 30 });
  });

  it('is quiet at the end, with one card left to look at, and no provider ever mailed anybody', () => {
    expect(facts('at-rest')).toEqual({ calendars: 51, requests: 51, writes: 0, mails: 0, invited: 0, openFindings: 1 });
    expect(result.steps.map(step => step.id).at(-1)).toBe('at-rest');
  });

  it('leaves no file behind', () => {
    expect(leftBehind).toEqual([]);
    expect(said).not.toContain(temporary);
  });
});

describe('while it runs', () => {
  it.each(['SIGINT', 'SIGHUP'] as const)(
    'takes a free port where its own is taken, and ends by itself at %s',
    async signal => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const address = other.address();
      const taken = typeof address === 'object' && address ? address.port : 0;
      const demo = startDemo('--port', String(taken));
      const closed = once(demo, 'close');
      const [start] = (await once(demo.stdout!, 'data')) as [Buffer];
      const url = /Office page +(\S+) +\(port (\d+) is taken\)/.exec(start.toString());
      expect(url?.[2]).toBe(String(taken));
      expect(await (await fetch(`${url?.[1]}/demo/calendars/C02`)).text()).toContain('Calendar of Idris Calloway');
      demo.kill(signal);
      expect((await closed).slice(0, 2)).toEqual([0, null]);
      expect(await leftovers()).toEqual([]);
      other.close();
    },
  );
});
