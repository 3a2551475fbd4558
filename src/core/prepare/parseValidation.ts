import { defaultSeed, maxSeed, type ValidationSplit } from './recipe.ts';
import { type Member, rangeOf, type RecipeReader } from './recipeReader.ts';

/** The `validation` member: null if there is none, undefined if it is wrong. */
export function parseValidation(reader: RecipeReader, owner: Member | undefined): ValidationSplit | null | undefined {
  if (owner === undefined) return null;
  const members = reader.members(owner, ['fraction', 'count', 'seed']);
  if (members === undefined) return undefined;
  const fractionMember = members.get('fraction');
  const countMember = members.get('count');
  const seedMember = members.get('seed');
  const seed =
    seedMember === undefined ? defaultSeed : reader.number(seedMember, { whole: true, minimum: 0, maximum: maxSeed });
  if ((fractionMember === undefined) === (countMember === undefined)) {
    const { offset } = owner.node;
    const range = fractionMember === undefined ? { start: offset, end: offset + 1 } : rangeOf(owner.node);
    return reader.error(range, { code: 'recipe.splitSizeUnclear' });
  }
  const fraction =
    fractionMember && reader.number(fractionMember, { whole: false, minimum: 0, maximum: 1, exclusive: true });
  const count = countMember && reader.number(countMember, { whole: true, minimum: 1 });
  if (seed === undefined) return undefined;
  if (fraction !== undefined) return { size: { kind: 'fraction', value: fraction }, seed };
  return count === undefined ? undefined : { size: { kind: 'count', value: count }, seed };
}
