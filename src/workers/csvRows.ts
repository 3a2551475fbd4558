import { Readable, pipeline } from 'node:stream';
import { CsvError, parse, type InfoRecord } from 'csv-parse';
import type { Row } from '../core/prepare/row.ts';
import { SourceError } from './sourceError.ts';

/** An open quote must not make the rest of a large file one record in memory. */
const maxRecordBytes = 64 * 1024 * 1024;

type CsvTable = {
  readonly columns: readonly string[];
  rows(): AsyncGenerator<Row, void, undefined>;
  close(): void;
};

type CsvRecord = { readonly record: readonly string[]; readonly info: InfoRecord };

/**
 * Reads CSV (RFC 4180; any of LF, CRLF and CR ends a record; quotes inside an unquoted cell are text). The first
 * record names the columns. Blank lines are skipped; empty cells beyond the last column are ignored.
 * @param utf8 the file as UTF-8 without a byte order mark
 * @throws SourceError naming the line on which the bad record begins
 */
export async function openCsv(
  utf8: AsyncIterable<Uint8Array>,
  options: { readonly delimiter: string; readonly trim: boolean },
): Promise<CsvTable> {
  const parser = parse({
    delimiter: options.delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: maxRecordBytes,
  });
  const source = Readable.from(utf8, { objectMode: false });
  // The iterator below reports errors; the callback only keeps them from being unhandled.
  pipeline(source, parser, () => undefined);
  const records = (parser as AsyncIterable<CsvRecord>)[Symbol.asyncIterator]();
  const lines = new RecordLines();
  const close = (): void => {
    parser.destroy();
    source.destroy();
  };

  const next = async (): Promise<{ readonly line: number; readonly cells: readonly string[] } | undefined> => {
    try {
      const step = await records.next();
      if (step.done === true) return undefined;
      const { record, info } = step.value;
      return { line: lines.start(record, info.empty_lines), cells: record };
    } catch (error) {
      close();
      throw error instanceof CsvError ? toSourceError(error, lines.next) : error;
    }
  };

  const header = await next();
  if (header === undefined) {
    close();
    throw new SourceError({ kind: 'empty' });
  }
  const columns = nameColumns(header.cells, header.line);

  async function* rows(): AsyncGenerator<Row, void, undefined> {
    try {
      for (let found = await next(); found !== undefined; found = await next()) {
        const { line, cells } = found;
        if (cells.length < columns.length || cells.slice(columns.length).some((cell) => cell !== '')) {
          throw new SourceError({ kind: 'cellCount', line, found: cells.length, expected: columns.length });
        }
        const byColumn = new Map<string, string>();
        for (let index = 0; index < columns.length; index++) {
          const cell = cells[index] ?? '';
          byColumn.set(columns[index] ?? '', options.trim ? cell.trim() : cell);
        }
        yield { line, cells: byColumn };
      }
    } finally {
      close();
    }
  }
  return { columns, rows, close };
}

function nameColumns(header: readonly string[], line: number): readonly string[] {
  // Tables are exported with trailing delimiters, and with an unnamed index column.
  const last = header.findLastIndex((name) => name.trim() !== '');
  const columns = header.slice(0, Math.max(1, last + 1)).map((name, index) => name.trim() || `column ${index + 1}`);
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw new SourceError({ kind: 'headerCellTwice', line, column: twice });
  return columns;
}

/** Where records begin. The parser's own count is off by one for each CRLF inside a cell. */
class RecordLines {
  next = 1;
  #emptyLines = 0;

  start(record: readonly string[], emptyLines: number): number {
    const start = this.next + emptyLines - this.#emptyLines;
    this.#emptyLines = emptyLines;
    this.next = start + 1;
    for (const cell of record) {
      for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) this.next += 1;
    }
    return start;
  }
}

function toSourceError(error: CsvError, line: number): SourceError {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return new SourceError({ kind: 'quoteOpen', line });
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new SourceError({ kind: 'rowTooLong', line, maxBytes: maxRecordBytes });
  }
  return new SourceError({ kind: 'csvSyntax', line, detail: error.message });
}
