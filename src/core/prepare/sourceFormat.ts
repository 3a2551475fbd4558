import type { SourceFormat } from './recipe.ts';

/**
 * The format of a source from its name and first characters. JSON lines are often named `.json` and arrays
 * `.jsonl`, so for both the first character that is no white space decides.
 */
export function detectFormat(file: string, sample: string): SourceFormat {
  const extension = /\.([a-z0-9]+)$/i.exec(file)?.[1]?.toLowerCase();
  if (extension === 'csv') return 'csv';
  if (extension === 'tsv' || extension === 'tab') return 'tsv';
  const first = sample.replace(/^\uFEFF/, '').trimStart()[0];
  if (first === '[') return 'json';
  if (first === '{' || extension === 'json' || extension === 'jsonl' || extension === 'ndjson') return 'jsonl';
  return 'csv';
}
