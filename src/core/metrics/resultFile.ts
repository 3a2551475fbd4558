import { mergePoints, toPoint, type MetricPoint } from './points.ts';

/**
 * The text of a result file. OpenAI serves these files base64-encoded although it documents plain CSV, others serve
 * CSV: a body without comma or inner line break that decodes to something that begins with "step" was encoded.
 * UTF-8; a byte order mark is dropped.
 */
export function decodeResultFile(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes);
  const body = text.trim();
  if (body === '' || /[,;]/.test(firstLine(body))) return text;
  const decoded = decodeBase64(body);
  if (decoded === undefined) return text;
  const inner = new TextDecoder('utf-8').decode(decoded);
  return /^"?step"?\s*(,|$)/im.test(firstLine(inner)) ? inner : text;
}

/**
 * Points of a result CSV, ascending by step. Columns are found by their header names, in any order; unknown ones are
 * left out, empty cells are no values. A file without a `step` column has no points.
 */
export function parseResultFile(text: string): readonly MetricPoint[] {
  const [header, ...rows] = splitRows(text.replace(/^\ufeff/, ''));
  if (header === undefined) return [];
  const names = header.map((name) => name.trim().toLowerCase());
  const stepColumn = names.indexOf('step');
  if (stepColumn < 0) return [];
  const points: MetricPoint[] = [];
  for (const row of rows) {
    const step = row[stepColumn]?.trim() ?? '';
    if (step === '') continue;
    const point = toPoint(Number(step), names.map((name, column) => [name, row[column]] as const));
    if (point !== undefined) points.push(point);
  }
  return mergePoints(points);
}

/** Points as a CSV with the header of OpenAI's events; only columns that hold a value. */
export function toCsv(points: readonly MetricPoint[], columns: readonly (keyof MetricPoint)[]): string {
  const used = columns.filter((column) => points.some((point) => point[column] !== undefined));
  const lines = [['step', ...used.map((column) => csvNames[column] ?? column)].join(',')];
  for (const point of points) lines.push([point.step, ...used.map((column) => point[column] ?? '')].join(','));
  return `${lines.join('\n')}\n`;
}

const csvNames: Partial<Record<keyof MetricPoint, string>> = {
  trainLoss: 'train_loss',
  validLoss: 'valid_loss',
  fullValidLoss: 'full_valid_loss',
  trainAccuracy: 'train_mean_token_accuracy',
  validAccuracy: 'valid_mean_token_accuracy',
  fullValidAccuracy: 'full_valid_mean_token_accuracy',
  trainReward: 'train_mean_reward',
  validReward: 'valid_mean_reward',
  fullValidReward: 'full_valid_mean_reward',
};

function firstLine(text: string): string {
  return text.slice(0, 10_000).split(/\r\n|\r|\n/, 1)[0] ?? '';
}

/** Cells of an RFC 4180 table; a result file may quote its numbers. Blank lines are left out. */
function splitRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/gy;
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (cell.lastIndex >= text.length) break;
  }
  return rows;
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Own decoder because core has neither `Buffer` nor `atob`; undefined if the text is no base64. */
function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '').replace(/={1,2}$/, '');
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let length = 0;
  for (const digit of digits) {
    const value = base64Alphabet.indexOf(digit);
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (held >> bits) & 0xff;
    }
  }
  return bytes.subarray(0, length);
}
