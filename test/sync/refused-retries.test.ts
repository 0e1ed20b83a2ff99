import { expect, it } from 'vitest';
import { reconcile } from '../../src/sync/reconcile.ts';
import { RemoteError } from '../../src/sync/remote-error.ts';
import { appointment, calendarOf, openOffice } from './office.ts';

it('a copy that a calendar refuses is not tried again at every poll of a calendar in which things come and go', async () => {
  await using office = await openOffice();
  let creates = 0;
  const { parts } = office;
  const refusing: typeof parts = {
    ...parts,
    connector: provider => {
      const inner = parts.connector(provider);
      return {
        ...inner,
        open: async (link, door) =>
          new Proxy(await inner.open(link, door), {
            get(target, name) {
              if (name === 'create')
                return async () => {
                  creates += 1;
                  throw new RemoteError('rejected', 'no such thing here');
                };
              const own: unknown = Reflect.get(target, name);
              return typeof own === 'function' ? own.bind(target) : own;
            },
          }),
      };
    },
  };
  await office.link('C02');
  await office.save('E1', { title: 'Recce' });
  for (let poll = 0; poll < 60; poll += 1) {
    office.add(
      'C02',
      `x${poll}.ics`,
      appointment(`x${poll}`, '2027-03-01T10:00', '2027-03-01T11:00').replace(/SUMMARY:.*/, `SUMMARY:Theirs ${poll}`),
    );
    if (poll > 0) office.drop('C02', `Theirs ${poll - 1}`);
    office.clock += 60_000;
    await reconcile(refusing, calendarOf('C02'), new AbortController().signal);
  }
  expect(creates).toBeLessThanOrEqual(12);
});
