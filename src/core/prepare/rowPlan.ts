import { DigestSet } from './digestSet.ts';
import type { MessageRole, Recipe } from './recipe.ts';
import type { Row } from './row.ts';
import type { Digest } from './split.ts';
import { parseTemplate, renderTemplate } from './template.ts';
import { toTrainingLine } from './writtenJson.ts';

type RowOutcome =
  | { readonly kind: 'kept'; readonly line: string; readonly emptyRoles: readonly MessageRole[] }
  | { readonly kind: 'dropped'; readonly reason: DropReason };

export type DropReason =
  | { readonly kind: 'emptyColumn'; readonly column: string }
  | { readonly kind: 'duplicate' };

/** Decides row by row, in order. Only the digests of kept examples are remembered, and only for deduplication. */
export function createRowPlan(recipe: Recipe, digest: Digest): (row: Row) => RowOutcome {
  const templates = recipe.messages.map(({ role, content }) => ({ role, template: parseTemplate(content) }));
  const seen = recipe.dedupe === 'exact' ? new DigestSet() : undefined;
  return ({ cells }) => {
    for (const column of recipe.notEmpty) {
      if ((cells.get(column) ?? '') === '') return { kind: 'dropped', reason: { kind: 'emptyColumn', column } };
    }
    const messages = templates.map(({ role, template }) => ({ role, content: renderTemplate(template, cells) }));
    const line = toTrainingLine(messages);
    if (seen !== undefined && !seen.add(digest(line))) return { kind: 'dropped', reason: { kind: 'duplicate' } };
    const emptyRoles = messages.filter(({ content }) => content === '').map(({ role }) => role);
    return { kind: 'kept', line, emptyRoles };
  };
}
