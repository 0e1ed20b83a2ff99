/** Privacy tiers, reference/production-domain.md section 5: P0 public in the unit … P4 special. */
export const tiers = ['P0', 'P1', 'P2', 'P3', 'P4'] as const;
export type Tier = (typeof tiers)[number];

/** Whether one who may see up to `clearance` may see something of `tier`. */
export function mayTierSee(clearance: Tier, tier: Tier): boolean {
  return tiers.indexOf(tier) <= tiers.indexOf(clearance);
}
