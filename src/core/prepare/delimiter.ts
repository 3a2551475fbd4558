import { delimiters, type Delimiter } from './recipe.ts';

const sampleRecords = 50;

/**
 * The delimiter of a CSV file, from its beginning: the one that cuts the first records into the most cells, the same
 * number in each. Quoted cells are respected. A comma if nothing speaks for any (a file of one column).
 * @param sample the first characters; the last record may be cut off unless `whole`
 */
export function detectDelimiter(sample: string, whole: boolean): Delimiter {
  let best: Delimiter = ',';
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const counts = countCells(sample, delimiter === 'tab' ? '\t' : delimiter, whole);
    const header = counts[0] ?? 1;
    if (header < 2) continue;
    const agreeing = counts.filter((count) => count === header).length / counts.length;
    const score = agreeing * agreeing * header;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** Cells of each of the first records that are not blank; the last one may be cut off unless `whole`. */
export function countCells(sample: string, delimiter: string, whole: boolean): number[] {
  const counts: number[] = [];
  let cells = 1;
  let quoted = false;
  let recordStart = 0;
  let cellStart = 0;
  for (let at = 0; at < sample.length && counts.length < sampleRecords; at++) {
    const char = sample[at];
    if (char === '"' && (quoted || at === cellStart)) {
      if (quoted && sample[at + 1] === '"') at += 1;
      else quoted = !quoted;
    } else if (quoted) {
      continue;
    } else if (char === delimiter) {
      cells += 1;
      cellStart = at + 1;
    } else if (char === '\n' || char === '\r') {
      if (sample.slice(recordStart, at).trim() !== '') counts.push(cells);
      cells = 1;
      recordStart = cellStart = at + 1;
    }
  }
  const unfinished = sample.slice(recordStart).trim() !== '';
  if (counts.length < sampleRecords && unfinished && (whole || counts.length === 0)) counts.push(cells);
  return counts;
}
