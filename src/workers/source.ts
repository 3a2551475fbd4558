import type { SourceFacts } from '../core/prepare/outcome.ts';
import { detectDelimiter } from '../core/prepare/delimiter.ts';
import type { SourceColumns } from '../core/prepare/checkColumns.ts';
import type { Delimiter, SourceSettings } from '../core/prepare/recipe.ts';
import type { Row } from '../core/prepare/row.ts';
import { detectFormat } from '../core/prepare/sourceFormat.ts';
import type { SourceLook } from '../core/prepare/sourceColumns.ts';
import { errorCode, readChunks, stat } from '../disk/files.ts';
import { openCsv } from './csvRows.ts';
import { detectEncoding, readHead } from './encoding.ts';
import { jsonArrayRows, jsonLineRows, type JsonRow } from './jsonRows.ts';
import { SourceError } from './sourceError.ts';
import { toUtf8 } from './transcode.ts';

/** A source that is open for one reading. */
export type Source = {
  readonly facts: SourceFacts;
  /** See `DetectedEncoding`. */
  readonly fallbackLine: number | null;
  /** Of CSV and TSV; null for JSON, whose rows name their own columns. */
  readonly columns: readonly string[] | null;
  readonly totalBytes: number;
  bytesRead(): number;
  rows(): AsyncGenerator<Row, void, undefined>;
  close(): void;
};

/** JSON rows that are looked at to learn the columns. */
const rowsLookedAt = 1000;
/** Bytes whose encoding is checked when only the beginning of a source matters. */
const bytesLookedAt = 1024 * 1024;
const headBytes = 64 * 1024;

/**
 * Opens a source and reads a CSV header.
 * @param maxEncodingBytes checks the encoding of the beginning only
 * @throws SourceError for everything a person can mend; undefined if there is no such file
 */
export async function openSource(
  path: string,
  settings: SourceSettings,
  options: { readonly signal?: AbortSignal; readonly maxEncodingBytes?: number } = {},
): Promise<Source | undefined> {
  const found = await stat(path);
  if (found === undefined) return undefined;
  if (found.kind !== 'file') throw new SourceError({ kind: 'isFolder' });
  if (found.bytes === 0) throw new SourceError({ kind: 'empty' });
  const { signal } = options;
  const detected = await detectEncoding(path, settings.encoding, {
    ...(signal ? { signal } : {}),
    ...(options.maxEncodingBytes === undefined ? {} : { maxBytes: options.maxEncodingBytes }),
  });
  const sample = await readSample(path, detected.encoding, detected.markBytes);
  const format = settings.format === 'auto' ? detectFormat(path, sample) : settings.format;
  const facts = { path, format, encoding: detected.encoding } as const;
  let bytesRead = 0;
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of readChunks(path, signal)) {
      bytesRead += chunk.length;
      yield chunk;
    }
  }
  const utf8 = toUtf8(counted(), detected.encoding, detected.markBytes);
  const common = { fallbackLine: detected.fallbackLine, totalBytes: found.bytes, bytesRead: () => bytesRead };
  if (format === 'json' || format === 'jsonl') {
    const rows = (): AsyncGenerator<JsonRow, void, undefined> =>
      format === 'json' ? jsonArrayRows(utf8, settings.trim) : jsonLineRows(utf8, settings.trim);
    return { ...common, facts: { ...facts, delimiter: null }, columns: null, rows, close: () => undefined };
  }
  const whole = found.bytes <= headBytes;
  const automatic: Delimiter = format === 'tsv' ? 'tab' : detectDelimiter(sample, whole);
  const delimiter = settings.delimiter === 'auto' ? automatic : settings.delimiter;
  const table = await openCsv(utf8, { delimiter: delimiter === 'tab' ? '\t' : delimiter, trim: settings.trim });
  return { ...common, ...table, facts: { ...facts, delimiter } };
}

/** What the beginning of a source tells about its columns. Failures that a person can mend are values. */
export async function lookAtSource(path: string, settings: SourceSettings, signal?: AbortSignal): Promise<SourceLook> {
  try {
    const source = await openSource(path, settings, { ...(signal ? { signal } : {}), maxEncodingBytes: bytesLookedAt });
    if (source === undefined) return { kind: 'missing' };
    try {
      const { columns, examples } = await readColumns(source);
      return { kind: 'read', facts: source.facts, columns, examples };
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof SourceError) return { kind: 'unreadable', fault: error.fault };
    const code = errorCode(error);
    if (code === undefined) throw error;
    return { kind: 'unreadable', fault: { kind: 'system', code, detail: (error as Error).message } };
  }
}

/** Columns of an open source, which is read for it: open it again for the rows. */
async function readColumns(source: Source): Promise<{
  readonly columns: SourceColumns;
  readonly examples: readonly Readonly<Record<string, string>>[];
}> {
  const names = new Set(source.columns ?? []);
  const limit = source.columns === null ? rowsLookedAt : 3;
  const examples: Record<string, string>[] = [];
  let rowsRead = 0;
  let complete = true;
  for await (const row of source.rows()) {
    if (rowsRead === limit) {
      complete = false;
      break;
    }
    rowsRead += 1;
    if (examples.length < 3) examples.push(Object.fromEntries(row.cells));
    if (source.columns === null) for (const key of (row as JsonRow).keys) names.add(key);
  }
  return { columns: { names: [...names], complete: complete || source.columns !== null, rowsRead }, examples };
}

async function readSample(path: string, encoding: SourceFacts['encoding'], markBytes: number): Promise<string> {
  const head = await readHead(path, headBytes);
  async function* once(): AsyncGenerator<Uint8Array, void, undefined> {
    yield head;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of toUtf8(once(), encoding, markBytes)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
