import { afterAll, beforeAll, describe } from 'vitest';
import { capabilities } from '../../connectors/caldav/limits.ts';
import { type CaldavSandbox, startCaldavSandbox } from '../../connectors/sandbox/caldav-server.ts';
import { createLog } from '../../src/runtime/log.ts';
import { systemRuntime } from '../../src/runtime/system.ts';
import { alice, sandboxBench } from './caldav-bench.ts';
import { describeContract } from './contract-suite.ts';

const habits = {
  'a plain server': {},
  'a server that rewrites what it stores, and answers 207 and 500 like Xandikos': { rewrites: true, hostile: true },
  'a server that names no tag on a write': { etagOnPut: false },
  'a server that cuts its listings short': { truncateAt: 2 },
  'an encoded calendar name': {},
} as const;

describe.each(Object.entries(habits))('CalDAV contract: %s', (name, switches) => {
  let sandbox: CaldavSandbox;
  let number = 0;
  beforeAll(async () => {
    sandbox = await startCaldavSandbox({ runtime: systemRuntime(createLog('silent')), users: [alice] });
    Object.assign(sandbox.switches, switches);
  });
  afterAll(() => sandbox.stop());
  describeContract(capabilities, async () => {
    number += 1;
    return sandboxBench(
      sandbox,
      name === 'an encoded calendar name' ? `Drehplan für Zoë @ 100% ${number}` : `shoot${number}`,
    );
  });
});
