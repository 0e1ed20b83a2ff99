/** People, venues, groups and travel times: the office's own lists, as the sheets of contract.md section 4 hold them. */

import type { GroupRef } from './event.ts';
import type { GroupId, PersonId, ProductionId, VenueId } from './ids.ts';
import type { Tier } from './tier.ts';
import type { LocalDate, ZoneName } from './when.ts';

export const personKinds = ['crew', 'cast', 'agent', 'guardian', 'contact'] as const;
export type PersonKind = (typeof personKinds)[number];

export const routings = ['agent_only', 'agent_and_artist', 'artist_copy_agent', 'guardian_agent_chaperone'] as const;
/** Whom mail for an artist goes to; null: to the person. */
export type Routing = (typeof routings)[number];

export type Person = Readonly<{
  production: ProductionId;
  id: PersonId;
  name: string;
  kind: PersonKind;
  /** The title as the unit list prints it, e.g. `Director, eps 1-2`. */
  role: string;
  department: string;
  email: string | null;
  phone: string | null;
  timezone: ZoneName | null;
  /** A travel zone, e.g. `BRC`. */
  base: string;
  agent: PersonId | null;
  manager: PersonId | null;
  publicist: PersonId | null;
  guardian: PersonId | null;
  chaperone: PersonId | null;
  tutor: PersonId | null;
  routing: Routing | null;
  calendar: 'outlook' | 'google' | 'caldav' | 'ics' | 'email' | null;
  start: LocalDate | null;
  end: LocalDate | null;
  born: LocalDate | null;
  notes: string;
  /** Who may edit this person's diary. */
  delegate: PersonId | null;
  /** `TIER:SCOPE`, what they see beyond their role. */
  grants: readonly string[];
  /** Every other column of the sheet (known to us or not), as it came. */
  extra: Readonly<Record<string, string>>;
  version: number;
}>;

export type Venue = Readonly<{
  production: ProductionId;
  id: VenueId;
  name: string;
  kind: string;
  address: string;
  lat: number | null;
  lon: number | null;
  zone: string;
  stepFree: 'yes' | 'no' | 'partly' | null;
  exclusive: boolean;
  capacity: number | null;
  parking: string;
  contact: string;
  hazards: string;
  notes: string;
  /** Who may see the address (hotels: P3). */
  addressTier: Tier;
  extra: Readonly<Record<string, string>>;
  version: number;
}>;

export type Group = Readonly<{
  production: ProductionId;
  id: GroupId;
  /** Ids of people and groups, `dept:Camera`, `role:Producer`, `kind:cast`, `all`; read live. */
  members: readonly (PersonId | GroupRef)[];
  notes: string;
  version: number;
}>;

/** Minutes from one venue or travel zone to another, in that direction. */
export type TravelTime = Readonly<{
  production: ProductionId;
  from: string;
  to: string;
  minutes: number;
  mode: string;
}>;

export const constraintKinds = ['unavailable', 'pencil', 'preference', 'deal', 'licence', 'access'] as const;
export type ConstraintKind = (typeof constraintKinds)[number];
export type Constraint = Readonly<{
  production: ProductionId;
  person: PersonId;
  kind: ConstraintKind;
  from: LocalDate | null;
  to: LocalDate | null;
  /** `key=value` pairs as typed, separated by `;`. */
  value: string;
  source: string;
  notes: string;
  tier: Tier;
}>;
