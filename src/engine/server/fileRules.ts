import type { WireFile } from '../../core/providers/wire.ts';
import { badField } from './apiError.ts';
import { limits } from './limits.ts';

/** What a client says about a file that it sends, checked. */
export type FileFields = {
  readonly filename: string;
  readonly purpose: string;
  /** Seconds after its creation at which the file expires; null = never. */
  readonly expiresAfter: number | null;
};

/** Those that the API's file object knows; `evals` is asked for in requests, but no answer could say it. */
export const uploadPurposes: ReadonlySet<string> = new Set(['assistants', 'batch', 'fine-tune', 'vision', 'user_data']);

const shortestLife = 3_600;
const longestLife = 2_592_000;

/** @throws ApiError 400 for what the service would refuse; `nameField` is the field that the name came in */
export function fileFields(
  given: {
    readonly filename: string;
    readonly purpose: string | undefined;
    readonly expiresAfter: { readonly anchor: unknown; readonly seconds: unknown } | undefined;
  },
  nameField: 'file' | 'filename',
): FileFields {
  const { purpose } = given;
  if (purpose === undefined) {
    throw badField('purpose', "Missing required parameter: 'purpose'.", 'missing_required_parameter');
  }
  if (!uploadPurposes.has(purpose)) {
    const known = [...uploadPurposes].map((one) => `'${one}'`).join(', ');
    throw badField('purpose', `Invalid 'purpose': it must be one of ${known}.`, 'invalid_value');
  }
  const filename = cleanName(given.filename, nameField);
  if (purpose === 'fine-tune' && !filename.toLowerCase().endsWith('.jsonl')) {
    const message = 'Invalid file format for the fine-tuning API. The file name must end in .jsonl.';
    throw badField(nameField, message, 'invalid_file_format');
  }
  // As the service: files of batches live for 30 days unless told otherwise.
  const life = purpose === 'batch' ? longestLife : null;
  return { filename, purpose, expiresAfter: given.expiresAfter === undefined ? life : lifeOf(given.expiresAfter) };
}

/** An empty file, or one of a byte order mark alone, is nothing that anybody wanted to send. */
export function refuseEmpty(bytes: number, head: Uint8Array, param: string): void {
  if (bytes === 0 || (bytes === 3 && Buffer.from(head).toString('hex') === 'efbbbf')) {
    throw badField(param, 'The uploaded file is empty.', 'empty_file');
  }
}

export function newFile(id: string, bytes: number, now: number, fields: FileFields): WireFile {
  return {
    id,
    object: 'file',
    bytes,
    created_at: now,
    filename: fields.filename,
    purpose: fields.purpose,
    status: 'processed',
    expires_at: fields.expiresAfter === null ? null : now + fields.expiresAfter,
    status_details: null,
  };
}

/** `anchor` is always `created_at`; `seconds` from an hour to 30 days, as the Files API has it. */
function lifeOf({ anchor, seconds }: { readonly anchor: unknown; readonly seconds: unknown }): number {
  if (anchor !== 'created_at') {
    throw badField('expires_after[anchor]', "Invalid 'expires_after[anchor]': it must be 'created_at'.", 'invalid_value');
  }
  const life = typeof seconds === 'string' && /^\d{1,8}$/.test(seconds) ? Number(seconds) : seconds;
  if (typeof life !== 'number' || !Number.isInteger(life) || life < shortestLife || life > longestLife) {
    const message = `Invalid 'expires_after[seconds]': it must be an integer from ${shortestLife} to ${longestLife}.`;
    throw badField('expires_after[seconds]', message, 'invalid_value');
  }
  return life;
}

/** The name is only shown; still, it is one line of at most 255 characters without control characters. */
function cleanName(name: string, param: string): string {
  const clean = name.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu, '_');
  if (clean === '' || clean.length > limits.filenameLength) {
    throw badField(param, `The file needs a name of at most ${limits.filenameLength} characters.`, 'invalid_value');
  }
  return clean;
}
