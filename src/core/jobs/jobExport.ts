import type { WireJob } from '../providers/wire.ts';

export const exportFormats = ['csv', 'markdown', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Names of files with this format end so. */
export const exportExtensions: Readonly<Record<ExportFormat, string>> = { csv: 'csv', markdown: 'md', json: 'json' };

/** Column titles are data, which other programs read: they are never translated. */
const columns = ['Job ID', 'Created At', 'Status', 'Model', 'Training File', 'Error Message', 'Fine-Tuned Model'] as const;
type ExportRow = Readonly<Record<(typeof columns)[number], string>>;

/** Jobs as a table of seven columns, in their order; times in UTC, ISO 8601. */
export function exportJobs(jobs: readonly WireJob[], format: ExportFormat): string {
  const rows = jobs.map(toRow);
  switch (format) {
    case 'csv':
      return [columns, ...rows.map((row) => columns.map((name) => row[name]))]
        .map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
        .join('');
    case 'markdown':
      return [columns, columns.map(() => '---'), ...rows.map((row) => columns.map((name) => markdownCell(row[name])))]
        .map((cells) => `| ${cells.join(' | ')} |\n`)
        .join('');
    case 'json':
      return `${JSON.stringify(rows, null, 2)}\n`;
    default:
      return format satisfies never;
  }
}

function toRow(job: WireJob): ExportRow {
  return {
    'Job ID': job.id,
    'Created At': job.created_at > 0 ? new Date(job.created_at * 1_000).toISOString() : '',
    Status: job.status,
    Model: job.model,
    'Training File': job.training_file,
    'Error Message': job.error?.message ?? '',
    'Fine-Tuned Model': job.fine_tuned_model ?? '',
  };
}

/** RFC 4180. A text that a spreadsheet would run as a formula is led by an apostrophe. */
function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line, and nothing that Markdown or HTML would read as more than text. */
function markdownCell(value: string): string {
  return value
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\\`*_{}[\]<>|~#&]/g, (character) => (character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`));
}
