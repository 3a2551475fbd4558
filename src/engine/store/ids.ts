import { createHash, randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `length` random letters and digits, each equally likely. */
export function randomName(length: number): string {
  let name = '';
  while (name.length < length) {
    for (const byte of randomBytes(length)) {
      // 248 = 4 x 62: bytes above would make the first letters likelier.
      if (byte < 248 && name.length < length) {
        name += alphabet[byte % 62];
      }
    }
  }
  return name;
}

/** At most 32 letters and digits that only `text` decides. */
function derivedName(text: string, length: number): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, length);
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('');
}

/** Ids in the forms of the OpenAI API. */
export const newId = {
  file: (): string => `file-${randomName(22)}`,
  upload: (): string => `upload_${randomName(24)}`,
  uploadPart: (): string => `part_${randomName(24)}`,
  job: (): string => `ftjob-${randomName(24)}`,
  event: (): string => `ftevent-${randomName(24)}`,
  /** Always the same for a step: one that is trained again after a crash is no news to whoever has seen it. */
  stepEvent: (jobId: string, step: number): string => `ftevent-${derivedName(`${jobId} ${step}`, 24)}`,
  checkpoint: (): string => `ftckpt_${randomName(24)}`,
  completion: (): string => `chatcmpl-${randomName(29)}`,
  textCompletion: (): string => `cmpl-${randomName(29)}`,
  request: (): string => `req_${randomBytes(16).toString('hex')}`,
};
