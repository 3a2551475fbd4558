import { applyEdits, modify, parse, type ParseError } from 'jsonc-parser';
import { isRecord } from '../dataset/format.ts';

/** Where a workspace keeps what its tuned models came from, relative to its folder. */
export const registryPath = '.tunesmith/models.json';

/** One tuned model, as it is written. What is not known is left out. */
export type RegisteredModel = {
  readonly model: string;
  /** The step, for a checkpoint. */
  readonly checkpoint?: number;
  readonly connection: string;
  readonly job: string;
  readonly baseModel: string;
  /** `sha256` in hexadecimal, of the bytes that were trained on. */
  readonly dataset?: { readonly file: string; readonly sha256?: string };
  /** The recipe that made the dataset, relative to the workspace folder. */
  readonly recipe?: string;
  /** ISO 8601, UTC: when the job finished. */
  readonly date: string;
};

export type RegistryFault = 'notJson' | 'notRegistry' | 'laterVersion';

const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };

/**
 * The registry with a model noted. What is there is kept as a person left it, comments, order and further keys too:
 * an entry of the same connection and model only gets the keys that it lacks. `text` undefined = no file yet.
 */
export function registerModel(text: string | undefined, entry: RegisteredModel): { readonly text: string } | { readonly fault: RegistryFault } {
  if (text === undefined || text.trim() === '') {
    return { text: `${JSON.stringify({ version: 1, models: [entry] }, null, 2)}\n` };
  }
  const read = readRegistry(text);
  if ('fault' in read) return read;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const options = { formattingOptions: { ...formattingOptions, eol } };
  const index = read.models.findIndex((each) => isRecord(each) && each['model'] === entry.model && each['connection'] === entry.connection);
  if (index < 0) {
    const edits = modify(text, ['models', read.models.length], entry, { ...options, isArrayInsertion: true });
    return { text: applyEdits(text, edits) };
  }
  const known = read.models[index];
  let result = text;
  for (const [key, value] of Object.entries(entry)) {
    if (isRecord(known) && known[key] !== undefined) continue;
    result = applyEdits(result, modify(result, ['models', index, key], value, options));
  }
  return { text: result };
}

function readRegistry(text: string): { readonly models: readonly unknown[] } | { readonly fault: RegistryFault } {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) return { fault: 'notJson' };
  if (!isRecord(value) || !Array.isArray(value['models'])) return { fault: 'notRegistry' };
  const version = value['version'] ?? 1;
  return version === 1 ? { models: value['models'] } : { fault: 'laterVersion' };
}
