export type LineRun = { readonly first: number; readonly last: number };

/**
 * The runs of at least two lines between the lines that have a problem, so that folding them leaves those in sight;
 * none in a file in which no line has one. `problemLines` may name a line several times, in any order.
 */
export function problemFreeRuns(problemLines: Iterable<number>, lineCount: number): readonly LineRun[] {
  const marked = [...new Set(problemLines)].sort((one, other) => one - other);
  if (marked.length === 0) return [];
  const runs: LineRun[] = [];
  let first = 0;
  for (const line of [...marked, lineCount]) {
    if (line - first >= 2) runs.push({ first, last: line - 1 });
    first = line + 1;
  }
  return runs;
}
