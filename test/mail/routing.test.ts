import { describe, expect, it } from 'vitest';
import { isMailable, reasonFor, recipientsFor } from '../../src/mail/routing.ts';
import type { Person } from '../../src/model/person.ts';
import { localDate, person } from './world.ts';

const day = localDate('2027-03-16');
const agent = person({ id: 'AG01', kind: 'agent' });
const guardian = person({ id: 'GU01', kind: 'guardian' });
const chaperone = person({ id: 'C63' });
const artist = (values: Partial<Person>) =>
  person({ ...values, id: 'CA01', kind: 'cast', agent: 'AG01', guardian: 'GU01', chaperone: 'C63' });

function readersOf(about: Person, others: readonly Person[] = [agent, guardian, chaperone]): string[] {
  const people = new Map([about, ...others].map(one => [one.id, one]));
  return recipientsFor(about, day, people).readers.map(reader => reader.person);
}

describe('whom mail about a person goes to', () => {
  it.each([
    [null, ['CA01']],
    ['agent_only', ['AG01']],
    ['agent_and_artist', ['CA01', 'AG01']],
    ['artist_copy_agent', ['CA01', 'AG01']],
    ['guardian_agent_chaperone', ['GU01', 'AG01', 'C63']],
  ] as const)('with routing %s: %j', (routing, expected) => {
    expect(readersOf(artist({ routing }))).toEqual(expected);
  });

  it('a child under sixteen on the day is never mailed, whatever the routing', () => {
    for (const routing of [null, 'agent_and_artist', 'artist_copy_agent'] as const) {
      expect(readersOf(artist({ routing, born: localDate('2011-03-17') }))).toEqual(['GU01', 'AG01', 'C63']);
    }
    expect(readersOf(artist({ born: localDate('2011-03-16') })), 'sixteen on the day itself').toEqual(['CA01']);
  });

  it('who cannot be mailed is named with the reason, and the others still are', () => {
    const about = artist({ routing: 'agent_and_artist' });
    const mute = { ...agent, email: null };
    const people = new Map([about, mute].map(one => [one.id, one]));
    const { readers, unreachable } = recipientsFor(about, day, people);
    expect(readers.map(reader => reader.person)).toEqual(['CA01']);
    expect(unreachable.map(one => reasonFor(one, people))).toEqual([
      'Person AG01 for Person CA01 cannot be mailed: the people sheet has no email',
    ]);
  });

  it('an artist whose mail goes to an agent and who has none is reported', () => {
    const about = { ...artist({ routing: 'agent_only' }), agent: null };
    const { readers, unreachable } = recipientsFor(about, day, new Map([[about.id, about]]));
    expect(readers).toEqual([]);
    expect(unreachable.map(one => one.problem)).toEqual(['no-such-person']);
  });

  it.each(['a@b', 'o.fenn-maddox@tidewrack.test', 'ünï@exämple.test'])('%s can stand on an envelope', address => {
    expect(isMailable(address)).toBe(true);
  });

  it.each(['', 'a', 'a@b, c@d', 'a@b\r\nBcc: c@d', 'A <a@b>', 'a b@c', '"a"@b', 'a@b;c@d'])('%j cannot', address => {
    expect(isMailable(address)).toBe(false);
  });
});
