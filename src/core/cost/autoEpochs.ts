import type { AutoEpochs } from '../providers/profile.ts';

/** What `auto` makes of a file of `examples` examples. */
export function epochsFor({ target, minSeen, maxSeen, max }: AutoEpochs, examples: number): number {
  if (examples === 0) return target;
  if (examples * target < minSeen) return Math.min(max, Math.max(1, Math.floor(minSeen / examples)));
  return examples * target > maxSeen ? Math.max(1, Math.floor(maxSeen / examples)) : target;
}
