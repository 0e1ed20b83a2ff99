/** Two processes, one message: a sender that stood still for so long that another took the message up. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MailError } from '../../src/mail/mail-error.ts';
import { sendDue } from '../../src/mail/send.ts';
import { PostOffice } from './post-office.ts';
import { asked, event, person, venue } from './world.ts';

let office: PostOffice;

beforeEach(async () => {
  office = await PostOffice.open([person({ id: 'C01' })], [venue({ id: 'V01' })]);
  await office.put(event('E100', { required: asked('C01') }));
  await office.plan();
});
afterEach(() => office[Symbol.asyncDispose]());

/** A way out that stands still until told how it ends. */
function heldUp() {
  const { promise: ended, resolve } = Promise.withResolvers<MailError | null>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const send = async () => {
    begin();
    const error = await ended;
    if (error) throw error;
  };
  return { begun, end: resolve, transport: transportOf(send) };
}

function transportOf(send: () => Promise<void>) {
  return { parallel: 1, perMinute: null, check: async () => {}, send, [Symbol.asyncDispose]: async () => {} };
}

const run = (transport: ReturnType<typeof transportOf>) =>
  sendDue(
    { store: office.store, transport, runtime: office.runtime, settings: office.settings },
    { ignoreQuiet: true },
  );

const state = async () => (await office.messages())[0]?.state;

describe('a message taken over from a sender that stood still', () => {
  it.each([
    ['its sign-in fails', new MailError('sign-in', 'refused')],
    ['the server refuses it for now', new MailError('temporary', 'later')],
    ['its connection is lost', new MailError('unknown', 'lost')],
    ['it is accepted once more', null],
  ])('stays sent when that sender wakes up and %s', async (_name, outcome) => {
    const late = heldUp();
    const lateRun = run(late.transport);
    await late.begun;
    office.wait(5);
    expect(await run(transportOf(async () => {}))).toMatchObject({ sent: 1 });
    const told = await office.told();
    late.end(outcome);
    await lateRun;
    expect(await state()).toBe('sent');
    expect(await office.told()).toEqual(told);
  });

  it('is left to the one that has it when the late sender fails first', async () => {
    const [late, second] = [heldUp(), heldUp()];
    const lateRun = run(late.transport);
    await late.begun;
    office.wait(5);
    const secondRun = run(second.transport);
    await second.begun;
    late.end(new MailError('sign-in', 'refused'));
    await lateRun;
    expect(await state()).toBe('sending');
    second.end(null);
    await secondRun;
    expect(await state()).toBe('sent');
  });
});
