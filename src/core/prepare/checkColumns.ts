import type { NamedColumn, ParsedRecipe } from './parseRecipe.ts';
import type { RecipeProblem } from './recipeProblem.ts';
import { closestName } from './suggestion.ts';

/** The columns of a source, as far as it was read. */
export type SourceColumns = {
  readonly names: readonly string[];
  /** False when only the first rows of a JSON source were read: later ones may have further columns. */
  readonly complete: boolean;
  readonly rowsRead: number;
};

/** Columns that the recipe names and the source does not have. */
export function checkColumns(recipe: ParsedRecipe, columns: SourceColumns): readonly RecipeProblem[] {
  const known = new Set(columns.names);
  return recipe.columnUses.filter(({ column }) => !known.has(column)).map((use) => toProblem(use, columns));
}

function toProblem({ column, use, range }: NamedColumn, { names, complete, rowsRead }: SourceColumns): RecipeProblem {
  const suggestion = closestName(column, names);
  if (!complete) return { code: 'recipe.columnUnseen', column, rowsRead, suggestion, severity: 'warning', range };
  // Dropping what is not there changes no example.
  const severity = use === 'dropColumns' ? 'warning' : 'error';
  return { code: 'recipe.columnMissing', column, use, suggestion, columns: names, severity, range };
}
