import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export type SampleRow = { readonly question: string; readonly correct_answer: string; readonly support: string };

/** Rows of the sample's table that its recipe keeps, read here by other code than the product's. */
export function readSampleRows(folder: string): { readonly all: number; readonly kept: readonly SampleRow[] } {
  const text = readFileSync(join(folder, 'science.csv'), 'utf8');
  const rows = parse(text, { columns: true, bom: true }) as readonly SampleRow[];
  const complete = rows.filter((row) => row.support.trim() !== '' && row.correct_answer.trim() !== '');
  const unique = new Map(complete.map((row) => [JSON.stringify([row.question, row.correct_answer, row.support]), row]));
  return { all: rows.length, kept: [...unique.values()] };
}

export function expectedAnswer(row: SampleRow): string {
  return `${row.correct_answer} Explanation: ${row.support}`;
}
