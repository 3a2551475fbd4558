import type { DroppedRows, PrepareProgress, PrepareWarning } from '../core/prepare/outcome.ts';
import type { ParsedRecipe } from '../core/prepare/parseRecipe.ts';
import type { MessageRole, Recipe } from '../core/prepare/recipe.ts';
import type { RecipeProblem } from '../core/prepare/recipeProblem.ts';
import { createRowPlan, type DropReason } from '../core/prepare/rowPlan.ts';
import type { Digest } from '../core/prepare/split.ts';
import { RunFailure } from './runFailure.ts';
import type { Source } from './source.ts';
import { SourceError } from './sourceError.ts';

export type Poured = {
  readonly rowsIn: number;
  readonly kept: number;
  readonly dropped: readonly DroppedRows[];
  readonly warnings: readonly PrepareWarning[];
};

const progressEveryMs = 100;

/** Sends every row through the recipe; `write` gets the lines that are kept, in order. */
export async function pourRows(
  source: Source,
  recipe: Recipe,
  parsed: ParsedRecipe,
  write: (line: string) => Promise<void>,
  context: {
    readonly signal: AbortSignal;
    readonly digest: Digest;
    readonly onProgress?: (progress: PrepareProgress) => void;
  },
): Promise<Poured> {
  const plan = createRowPlan(recipe, context.digest);
  const tally = new Tally();
  const unseen = source.columns === null ? neededColumns(parsed) : new Set<string>();
  let nextReport = performance.now() + progressEveryMs;
  const report = (): void => {
    const { rowsIn, kept } = tally;
    context.onProgress?.({ rows: rowsIn, kept, bytesRead: source.bytesRead(), totalBytes: source.totalBytes });
  };
  try {
    for await (const row of source.rows()) {
      if (tally.rowsIn % 256 === 0) {
        context.signal.throwIfAborted();
        const now = performance.now();
        if (now >= nextReport) {
          nextReport = now + progressEveryMs;
          report();
        }
      }
      if (unseen.size > 0) for (const column of unseen) if (row.cells.has(column)) unseen.delete(column);
      const outcome = plan(row);
      if (outcome.kind === 'kept') {
        tally.keep(outcome.emptyRoles, row.line);
        await write(outcome.line);
      } else {
        tally.drop(outcome.reason);
      }
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new RunFailure({ kind: 'source', path: source.facts.path, fault: error.fault });
  }
  report();
  if (unseen.size > 0 && tally.rowsIn > 0) throw neverSeen(parsed, unseen);
  const fallback: PrepareWarning[] =
    source.fallbackLine === null ? [] : [{ kind: 'readAsWindows1252', line: source.fallbackLine }];
  const { rowsIn, kept } = tally;
  return { rowsIn, kept, dropped: tally.dropped(), warnings: [...fallback, ...tally.warnings()] };
}

class Tally {
  rowsIn = 0;
  kept = 0;
  readonly #dropped = new Map<string, { reason: DropReason; rows: number }>();
  readonly #empty = new Map<MessageRole, { examples: number; line: number }>();

  keep(emptyRoles: readonly MessageRole[], line: number): void {
    this.rowsIn += 1;
    this.kept += 1;
    for (const role of emptyRoles) {
      const known = this.#empty.get(role);
      this.#empty.set(role, { examples: (known?.examples ?? 0) + 1, line: known?.line ?? line });
    }
  }

  drop(reason: DropReason): void {
    this.rowsIn += 1;
    const key = reason.kind === 'duplicate' ? reason.kind : `column ${reason.column}`;
    const known = this.#dropped.get(key);
    this.#dropped.set(key, { reason, rows: (known?.rows ?? 0) + 1 });
  }

  dropped(): readonly DroppedRows[] {
    return [...this.#dropped.values()].toSorted((a, b) => b.rows - a.rows);
  }

  warnings(): readonly PrepareWarning[] {
    return [...this.#empty].map(([role, found]) => ({ kind: 'emptyMessages', role, ...found }));
  }
}

/** Columns without which examples would be wrong; dropping an absent one is harmless. */
function neededColumns(parsed: ParsedRecipe): Set<string> {
  return new Set(parsed.columnUses.filter(({ use }) => use !== 'dropColumns').map(({ column }) => column));
}

function neverSeen(parsed: ParsedRecipe, columns: ReadonlySet<string>): RunFailure {
  const problems = parsed.columnUses
    .filter(({ column, use }) => columns.has(column) && use !== 'dropColumns')
    .map(({ column, use, range }): RecipeProblem => {
      return { code: 'recipe.columnMissing', column, use, suggestion: null, columns: [], severity: 'error', range };
    });
  return new RunFailure({ kind: 'recipe', problems });
}
