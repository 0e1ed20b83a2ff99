import { afterAll, beforeAll, describe } from 'vitest';
import { capabilities } from '../../connectors/google/limits.ts';
import type { GoogleSandbox } from '../../connectors/sandbox/google-server.ts';
import type { Connector } from '../../src/sync/connector.ts';
import { describeContract } from './contract-suite.ts';
import { googleBench, startGoogle } from './google-bench.ts';

const habits = {
  'as it is': { pageLimit: 25 },
  'with short and empty pages': { pageLimit: 1, emptyPages: true },
  'that rewrites rules and carries nothing over to changed dates': {
    pageLimit: 25,
    rewritesRules: true,
    carriesOver: false,
  },
} as const;

describe.each(Object.entries(habits))('Google contract: a Google %s', (_name, switches) => {
  let sandbox: GoogleSandbox;
  let connector: Connector;
  let number = 0;
  beforeAll(async () => {
    ({ sandbox, connector } = await startGoogle());
    Object.assign(sandbox.world.switches, switches);
  });
  afterAll(() => sandbox.stop());
  describeContract(capabilities, async () => {
    number += 1;
    return googleBench(sandbox, connector, `alice${number}@tide.test`);
  });
});
