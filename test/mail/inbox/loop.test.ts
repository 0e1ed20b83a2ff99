import { afterEach, beforeEach, expect, it } from 'vitest';
import { inboxLoop, inboxTrouble } from '../../../src/mail/inbox/loop.ts';
import { MailError } from '../../../src/mail/mail-error.ts';
import { PostOffice } from '../post-office.ts';
import { Box } from './box.ts';

const minute = 60_000;
let office: PostOffice;
let box: Box;
beforeEach(async () => {
  office = await PostOffice.open([], []);
  box = new Box();
});
afterEach(() => office[Symbol.asyncDispose]());

const trouble = () => office.store.read(inboxTrouble);

/** Runs the loop for so many readings; `during` may change the world before each. Returns how long it slept between. */
async function turns(count: number, during: (turn: number) => void = () => undefined): Promise<number[]> {
  const slept: number[] = [];
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  during(0);
  const sleep = async (ms: number, signal?: AbortSignal) => {
    slept.push(ms);
    if (slept.length === count) {
      resolve();
      await new Promise(ended => signal?.addEventListener('abort', ended));
    } else during(slept.length);
  };
  const loop = inboxLoop({ store: office.store, runtime: { ...office.runtime, sleep }, inbox: box }, minute);
  await enough;
  await loop.stop();
  return slept.map(ms => ms / minute);
}

it('a mailbox that can be read is read every so often', async () => {
  expect(await turns(3)).toEqual([1, 1, 1]);
  expect(await trouble()).toBeNull();
});

it('one that cannot is tried ever less often, says since when and why, and is read again at once when it can', async () => {
  const since = office.now;
  const out = new MailError('unreachable', 'mail.inbox cannot be reached');
  box.fault = out;
  expect(await turns(7)).toEqual([2, 4, 8, 15, 15, 15, 15]);
  expect(await trouble()).toEqual({ since, problem: 'mail.inbox cannot be reached' });
  office.now += 5 * minute;
  box.fault = new MailError('sign-in', 'the mail server refuses the user name or password of mail.inbox');
  await turns(1);
  expect(await trouble()).toMatchObject({ since, problem: expect.stringContaining('password') });
  expect(
    await turns(3, turn => {
      box.fault = turn === 0 ? out : null;
    }),
  ).toEqual([2, 1, 1]);
  expect(await trouble()).toBeNull();
});

it('a reading that is ended in its middle leaves what is known of the mailbox', async () => {
  box.fault = new MailError('unreachable', 'mail.inbox cannot be reached');
  await turns(1);
  const known = await trouble();
  box.fault = null;
  box.mails.push('a');
  const { promise: reading, resolve: began } = Promise.withResolvers<void>();
  const { promise: held, resolve: end } = Promise.withResolvers<void>();
  box.before = async () => {
    began();
    await held;
  };
  const loop = inboxLoop({ store: office.store, runtime: office.runtime, inbox: box }, minute);
  await reading;
  const stopped = loop.stop();
  end();
  await stopped;
  expect(await trouble()).toEqual(known);
});

it('a defect does not end the readings', async () => {
  box.mails.push('a');
  box.before = async () => {
    throw new TypeError('a defect');
  };
  expect(await turns(2)).toEqual([2, 4]);
  expect(await trouble()).toMatchObject({ problem: expect.stringContaining('the log') });
  box.before = async () => undefined;
  await turns(1);
  expect(box.handed).toBe(1);
});
