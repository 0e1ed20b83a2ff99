import { afterAll, beforeAll } from 'vitest';
import { capabilities } from '../../connectors/caldav/limits.ts';
import type { DavServer } from '../real/dav-server.ts';
import { describeWith } from '../real/peer.ts';
import { startRadicale } from '../real/radicale.ts';
import { startXandikos } from '../real/xandikos.ts';
import { realBench } from './caldav-bench.ts';
import { describeContract } from './contract-suite.ts';

const servers = {
  radicale: { start: startRadicale, loses: {} },
  xandikos: {
    start: startXandikos,
    loses: { 'a backslash before an n': 'Xandikos 0.2.8 stores an escaped backslash and an n as a line break' },
  },
};

for (const [program, { start, loses }] of Object.entries(servers)) {
  describeWith([program], `CalDAV contract on ${program}`, () => {
    let server: DavServer;
    let number = 0;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());
    describeContract(capabilities, () => {
      number += 1;
      return realBench(server, `shoot${number}`, loses);
    });
  });
}
