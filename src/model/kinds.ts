/** What callboard knows of each kind of event: its plain name, tier, and whether it is mailed about. */
import type { EventKind } from './event.ts';
import type { Tier } from './tier.ts';

/**
 * Who is mailed about a kind of event: `everyone` asked (meetings, recces, fittings); only people `without-copy`,
 * who would not see it otherwise (shoot days, whose orders go out as call sheets, and travel); or `nobody`.
 */
export type Mailed = 'everyone' | 'without-copy' | 'nobody';
export type KindFacts = Readonly<{ name: string; tier: Tier; mailed: Mailed }>;

/** Names and tiers: reference/production-domain.md section 2. */
export const kinds: Readonly<Record<EventKind, KindFacts>> = {
  production_meeting: { name: 'Production meeting', tier: 'P1', mailed: 'everyone' },
  hod_meeting: { name: 'HoD meeting', tier: 'P1', mailed: 'everyone' },
  script_meeting: { name: 'Script meeting', tier: 'P2', mailed: 'everyone' },
  read_through: { name: 'Read-through', tier: 'P1', mailed: 'everyone' },
  tone_meeting: { name: 'Tone meeting', tier: 'P2', mailed: 'everyone' },
  casting: { name: 'Casting', tier: 'P3', mailed: 'everyone' },
  costume_fitting: { name: 'Costume fitting', tier: 'P2', mailed: 'everyone' },
  makeup_test: { name: 'Make-up test', tier: 'P2', mailed: 'everyone' },
  camera_test: { name: 'Camera test', tier: 'P1', mailed: 'everyone' },
  rehearsal: { name: 'Rehearsal', tier: 'P2', mailed: 'everyone' },
  stunt_rehearsal: { name: 'Stunt rehearsal', tier: 'P2', mailed: 'everyone' },
  intimacy_rehearsal: { name: 'Rehearsal (closed)', tier: 'P4', mailed: 'everyone' },
  recce_general: { name: 'Recce', tier: 'P1', mailed: 'everyone' },
  recce_tech: { name: 'Technical recce', tier: 'P1', mailed: 'everyone' },
  location_scout: { name: 'Location scout', tier: 'P2', mailed: 'everyone' },
  shoot_day: { name: 'Shoot day', tier: 'P1', mailed: 'without-copy' },
  unit_move: { name: 'Unit move', tier: 'P1', mailed: 'without-copy' },
  travel: { name: 'Travel', tier: 'P3', mailed: 'without-copy' },
  accommodation: { name: 'Hotel', tier: 'P3', mailed: 'without-copy' },
  pickup: { name: 'Pick-up', tier: 'P3', mailed: 'without-copy' },
  school: { name: 'School / tuition', tier: 'P3', mailed: 'without-copy' },
  adr: { name: 'ADR', tier: 'P2', mailed: 'everyone' },
  publicity: { name: 'Publicity', tier: 'P2', mailed: 'everyone' },
  press_junket: { name: 'Press day', tier: 'P2', mailed: 'everyone' },
  hs_meeting: { name: 'Safety meeting', tier: 'P1', mailed: 'everyone' },
  meeting: { name: 'Meeting', tier: 'P1', mailed: 'everyone' },
  wrap_party: { name: 'Wrap party', tier: 'P1', mailed: 'everyone' },
  availability_block: { name: 'Not available', tier: 'P2', mailed: 'nobody' },
  bank_holiday: { name: 'Bank holiday', tier: 'P0', mailed: 'nobody' },
  down_day: { name: 'Down day', tier: 'P0', mailed: 'nobody' },
};
