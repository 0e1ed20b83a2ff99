/** Role keys of reference/production-domain.md section 4, and which of them a unit-list title means. */
import type { Person } from './person.ts';
import type { Tier } from './tier.ts';

export const roleKeys = [
  'secretary',
  'coordinator',
  'production_manager',
  'line_producer',
  'producer',
  'exec',
  'first_ad',
  'second_ad',
  'third_ad',
  'runner',
  'cast_coordinator',
  'cast_pa',
  'location_manager',
  'unit_manager',
  'travel',
  'transport',
  'driver',
  'hod',
  'crew',
  'cast',
  'agent',
  'manager',
  'publicist',
  'guardian',
  'chaperone',
  'tutor',
  'access_coordinator',
  'intimacy_coordinator',
  'medic',
  'safety',
  'accounts',
  'post',
  'publicity',
  'viewer',
] as const;
export type RoleKey = (typeof roleKeys)[number];

/** First match wins: longer titles stand before the words they contain. */
const titles: readonly (readonly [RegExp, RoleKey])[] = [
  [/production secretary/i, 'secretary'],
  [/travel/i, 'travel'],
  [/access coordinator/i, 'access_coordinator'],
  [/intimacy coordinator/i, 'intimacy_coordinator'],
  [/cast coordinator/i, 'cast_coordinator'],
  [/cast pa/i, 'cast_pa'],
  [/post[- ]production|post supervisor|editor\b/i, 'post'],
  [/production coordinator/i, 'coordinator'],
  [/production manager/i, 'production_manager'],
  [/line producer/i, 'line_producer'],
  [/executive producer/i, 'exec'],
  [/producer/i, 'producer'],
  [/1st ad|first ad/i, 'first_ad'],
  [/2nd ad|second ad/i, 'second_ad'],
  [/3rd ad|third ad/i, 'third_ad'],
  [/runner/i, 'runner'],
  [/location manager/i, 'location_manager'],
  [/unit manager/i, 'unit_manager'],
  [/transport captain/i, 'transport'],
  [/driver/i, 'driver'],
  [/chaperone/i, 'chaperone'],
  [/tutor/i, 'tutor'],
  [/medic|nurse/i, 'medic'],
  [/safety/i, 'safety'],
  [/accountant|accounts/i, 'accounts'],
  [/publicist/i, 'publicity'],
];

/** The role a person's kind and title give them; crew whose title says nothing special are `crew`. */
export function roleOf(person: Person): RoleKey {
  if (person.kind === 'cast' || person.kind === 'guardian') return person.kind;
  if (person.kind === 'agent') return 'agent';
  return titles.find(([pattern]) => pattern.test(person.role))?.[1] ?? 'crew';
}

const officeTiers: Readonly<Partial<Record<RoleKey, Tier>>> = {
  secretary: 'P2',
  coordinator: 'P3',
  production_manager: 'P3',
  line_producer: 'P3',
  producer: 'P2',
  exec: 'P2',
  first_ad: 'P2',
  second_ad: 'P2',
  cast_coordinator: 'P2',
  cast_pa: 'P2',
};

/** What a role sees of things that are not its own; production-domain.md section 4. */
export function clearanceOf(role: RoleKey): Tier {
  return officeTiers[role] ?? 'P1';
}
