import { badField } from './apiError.ts';
import { malformedForm, parsePartHeader, type PartHeader } from './partHeader.ts';

export type FormEvent =
  | { readonly kind: 'part'; readonly header: PartHeader }
  /** Bytes of the part that began last; they belong to the receiver until the next event. */
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' };

const maxHeaderBytes = 8 * 1024;
const maxParts = 8;
const emptyLine = Buffer.from('\r\n\r\n');

/**
 * Takes a multipart/form-data body apart, however its bytes are cut into chunks, and holds back no more than a
 * delimiter's length. It is strict on purpose: where a lenient reader would skip or guess (text around the parts, a
 * delimiter inside the data, a missing end), a file would be stored that is not the one that was sent.
 * Source: RFC 7578 and RFC 2046 §5.1.1.
 * @throws ApiError 400
 */
export async function* readMultipart(chunks: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<FormEvent> {
  const parser = new MultipartParser(boundary);
  for await (const chunk of chunks) {
    yield* parser.push(chunk);
  }
  parser.finish();
}

/**
 * The boundary that a Content-Type header names: 1 to 70 characters, no space at the end.
 * @throws ApiError 400
 */
export function boundaryOf(contentType: string): string {
  const found = [...contentType.matchAll(/;\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;"]+))/gi)];
  const boundary = found[0]?.[1] ?? found[0]?.[2] ?? '';
  if (found.length !== 1 || !/^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary)) {
    throw malformedForm();
  }
  return boundary;
}

class MultipartParser {
  readonly #delimiter: Buffer;
  /** What was not yet understood. A delimiter begins with a line end, which the first one lacks. */
  #rest: Buffer = Buffer.from('\r\n');
  #state: 'start' | 'delimited' | 'header' | 'data' | 'done' = 'start';
  #parts = 0;

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  *push(chunk: Buffer): Generator<FormEvent> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let step = this.#step(); step !== 'more'; step = this.#step()) {
      if (step !== 'again') {
        yield step;
      }
    }
  }

  finish(): void {
    if (this.#state !== 'done') {
      throw malformedForm();
    }
  }

  #step(): FormEvent | 'again' | 'more' {
    switch (this.#state) {
      case 'start':
        return this.#start();
      case 'delimited':
        return this.#delimited();
      case 'header':
        return this.#header();
      case 'data':
        return this.#data();
      case 'done':
        if (this.#rest.some((byte) => byte !== 0x0d && byte !== 0x0a)) {
          throw malformedForm();
        }
        this.#drop(this.#rest.length);
        return 'more';
    }
  }

  #start(): 'again' | 'more' {
    if (this.#rest.length < this.#delimiter.length) {
      return 'more';
    }
    if (!this.#rest.subarray(0, this.#delimiter.length).equals(this.#delimiter)) {
      throw malformedForm();
    }
    this.#drop(this.#delimiter.length);
    this.#state = 'delimited';
    return 'again';
  }

  #delimited(): 'again' | 'more' {
    if (this.#rest.length < 2) {
      return 'more';
    }
    const mark = this.#rest.toString('latin1', 0, 2);
    if (mark !== '--' && mark !== '\r\n') {
      throw malformedForm();
    }
    this.#drop(2);
    this.#state = mark === '--' ? 'done' : 'header';
    return 'again';
  }

  #header(): FormEvent | 'more' {
    const end = this.#rest.indexOf(emptyLine);
    if (end > maxHeaderBytes || (end < 0 && this.#rest.length > maxHeaderBytes)) {
      throw malformedForm();
    }
    if (end < 0) {
      return 'more';
    }
    const header = parsePartHeader(this.#rest.subarray(0, end));
    this.#parts += 1;
    if (this.#parts > maxParts) {
      throw badField(header.name, 'The upload has too many parts.');
    }
    this.#drop(end + emptyLine.length);
    this.#state = 'data';
    return { kind: 'part', header };
  }

  #data(): FormEvent | 'more' {
    const end = this.#rest.indexOf(this.#delimiter);
    if (end === 0) {
      this.#drop(this.#delimiter.length);
      this.#state = 'delimited';
      return { kind: 'end' };
    }
    // Without a delimiter, all is data but what may be the beginning of one.
    const length = end > 0 ? end : this.#withoutTail();
    if (length === 0) {
      return 'more';
    }
    const bytes = this.#rest.subarray(0, length);
    this.#drop(length);
    return { kind: 'data', bytes };
  }

  #withoutTail(): number {
    for (let at = Math.max(0, this.#rest.length - this.#delimiter.length + 1); at < this.#rest.length; at += 1) {
      if (this.#rest[at] === 0x0d && this.#delimiter.indexOf(this.#rest.subarray(at)) === 0) {
        return at;
      }
    }
    return this.#rest.length;
  }

  #drop(length: number): void {
    this.#rest = this.#rest.subarray(length);
  }
}
