import { afterAll, beforeAll, describe } from 'vitest';
import { capabilities } from '../../connectors/microsoft/limits.ts';
import type { MicrosoftSandbox } from '../../connectors/sandbox/microsoft-server.ts';
import { describeContract } from './contract-suite.ts';
import { sandboxBench, startSandbox } from './microsoft-bench.ts';

const habits = {
  'a mailbox that ignores If-Match': {},
  'a mailbox that heeds If-Match, and says 409 to a repeated create without naming the first': {
    ifMatch: 'enforce',
    duplicate: 409,
    namesExisting: false,
  },
  'a calendar beside the main one': {},
  'a mailbox that does not tell which dates of a series were taken out': { tellsCancelled: false },
} as const;

describe.each(Object.entries(habits))('Microsoft contract: %s', (name, switches) => {
  let sandbox: MicrosoftSandbox;
  let number = 0;
  beforeAll(async () => {
    sandbox = await startSandbox();
    Object.assign(sandbox.world.switches, switches);
  });
  afterAll(() => sandbox.stop());
  describeContract(capabilities, async () => {
    number += 1;
    const address = `person-${number}@tide.test`;
    sandbox.world.addUser({ address, name: `Person ${number}` });
    const isMain = name !== 'a calendar beside the main one';
    return sandboxBench(
      sandbox,
      isMain ? sandbox.world.calendar(address, null) : sandbox.world.addCalendar(address, 'Shoot & Prep'),
    );
  });
});
