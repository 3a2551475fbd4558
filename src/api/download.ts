import { ServiceError } from '../core/providers/port.ts';

/**
 * The bytes of an answer, of which no more than `maxBytes` are ever held: a service says what it wants about the
 * size of a file.
 * @throws ServiceError 'rejected' with code 'download_too_large'
 */
export async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const { body } = response;
  if (body === null) return new Uint8Array(0);
  const pieces: Uint8Array[] = [];
  let length = 0;
  if (Number(response.headers.get('content-length')) > maxBytes) {
    await body.cancel();
    throw tooLarge(maxBytes);
  }
  // Leaving the loop early ends the download.
  for await (const piece of body) {
    length += piece.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

function tooLarge(maxBytes: number): ServiceError {
  const megabytes = Math.round(maxBytes / 1024 / 1024);
  return new ServiceError(`The file has more than ${megabytes} MB.`, { kind: 'rejected', code: 'download_too_large' });
}
