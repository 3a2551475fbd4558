import { ApiError, badField, quote } from './apiError.ts';
import { limits } from './limits.ts';

type Frame = {
  readonly names: Set<string> | undefined;
  /** Name or index of the value that is read, for the path in a message. */
  at: string | number;
};

/**
 * Checks that a text is one JSON value (RFC 8259) that means the same to every reader, in one pass without recursion:
 * `JSON.parse` alone takes any depth, keeps the last of two equal names, and turns numbers into infinity or zero.
 * @throws ApiError 400 with the position (UTF-16 units from 0), or with the path of the field
 */
export function checkJson(text: string): void {
  const frames: Frame[] = [];
  let position = skipSpace(text, 0);
  let values = 0;
  for (;;) {
    // Here a value begins.
    values += 1;
    if (values > limits.jsonValues) {
      throw new ApiError(400, `The JSON body holds more than ${limits.jsonValues} values.`);
    }
    const unit = text.charCodeAt(position);
    if (unit === openBrace || unit === openBracket) {
      if (frames.length === limits.jsonDepth) {
        throw new ApiError(400, `The JSON body is nested deeper than ${limits.jsonDepth} levels, at position ${position}.`);
      }
      frames.push({ names: unit === openBrace ? new Set() : undefined, at: 0 });
      position = skipSpace(text, position + 1);
      if (text.charCodeAt(position) !== (unit === openBrace ? closeBrace : closeBracket)) {
        position = unit === openBrace ? readName(text, position, frames) : position;
        continue;
      }
    } else if (unit === quotes) {
      position = endOfString(text, position);
    } else {
      position = endOfWord(text, position, frames);
    }
    // Here a value ends, and with it maybe those that it is the last of.
    for (;;) {
      const frame = frames.at(-1);
      position = skipSpace(text, position);
      if (frame === undefined) {
        if (position < text.length) {
          throw unparsable(text, position, 'the end');
        }
        return;
      }
      const close = frame.names === undefined ? closeBracket : closeBrace;
      if (text.charCodeAt(position) === close) {
        frames.pop();
        position += 1;
        continue;
      }
      if (text.charCodeAt(position) !== comma) {
        throw unparsable(text, position, `',' or '${String.fromCharCode(close)}'`);
      }
      position = skipSpace(text, position + 1);
      if (frame.names === undefined) {
        frame.at = Number(frame.at) + 1;
      } else {
        position = readName(text, position, frames);
      }
      break;
    }
  }
}

const [openBrace, closeBrace, openBracket, closeBracket, comma, colon, quotes, backslash] = [
  0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a, 0x22, 0x5c,
];
const [space, tab, lineFeed, carriageReturn] = [0x20, 0x09, 0x0a, 0x0d];

function skipSpace(text: string, from: number): number {
  let position = from;
  for (; position < text.length; position += 1) {
    const unit = text.charCodeAt(position);
    if (unit !== space && unit !== lineFeed && unit !== carriageReturn && unit !== tab) {
      break;
    }
  }
  return position;
}

/** Reads the name of a member and its colon; returns where the value begins. */
function readName(text: string, position: number, frames: readonly Frame[]): number {
  const frame = frames.at(-1);
  if (text.charCodeAt(position) !== quotes || frame?.names === undefined) {
    throw unparsable(text, position, 'a name in double quotes');
  }
  const end = endOfString(text, position);
  // Two spellings of a name are one name.
  const name = JSON.parse(text.slice(position, end)) as string;
  frame.at = name;
  if (frame.names.has(name)) {
    const path = pathOf(frames);
    const message = `${quote(path)} is given twice, the second time at position ${position}.`;
    throw badField(path, `Duplicate field: ${message}`, 'duplicate_field');
  }
  frame.names.add(name);
  const mark = skipSpace(text, end);
  if (text.charCodeAt(mark) !== colon) {
    throw unparsable(text, mark, "':'");
  }
  return skipSpace(text, mark + 1);
}

/** Where a string ends that begins here, behind its closing quotes. */
function endOfString(text: string, from: number): number {
  let position = from + 1;
  for (; position < text.length; position += 1) {
    const unit = text.charCodeAt(position);
    if (unit === quotes) {
      return position + 1;
    }
    if (unit < space) {
      throw unparsable(text, position, 'no control character in a string');
    }
    if (unit === backslash) {
      escape.lastIndex = position;
      if (!escape.test(text)) {
        throw unparsable(text, position, 'a known escape');
      }
      position = escape.lastIndex - 1;
    }
  }
  throw unparsable(text, position, 'the closing quotes of a string');
}

const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const word = /true|false|null|(-?(?:0|[1-9]\d*)(?:\.\d+)?)(?:[eE][+-]?\d+)?/y;

/** Where a number or one of the three words ends. */
function endOfWord(text: string, position: number, frames: readonly Frame[]): number {
  word.lastIndex = position;
  const match = word.exec(text);
  if (match === null) {
    throw unparsable(text, position, 'a value');
  }
  const [spelling, mantissa] = match;
  if (mantissa !== undefined) {
    const value = Number(spelling);
    if (!Number.isFinite(value) || (value === 0 && /[1-9]/.test(mantissa))) {
      const path = pathOf(frames);
      const range = `numbers from ${Number.MIN_VALUE} to ${Number.MAX_VALUE}, of either sign, and 0 can be understood`;
      throw badField(path, `Invalid ${quote(path)}: only ${range}.`, 'invalid_value');
    }
  }
  return word.lastIndex;
}

function pathOf(frames: readonly Frame[]): string {
  return frames
    .map(({ at }, index) => (typeof at === 'number' ? `[${at}]` : index === 0 ? at : `.${at}`))
    .join('');
}

/** The text is not quoted: only where it broke is told. */
function unparsable(text: string, position: number, expected: string): ApiError {
  const what = position < text.length ? `expected ${expected} at position ${position}` : `it ends at position ${position}, where ${expected} is expected`;
  return new ApiError(400, `We could not parse the JSON body of your request: ${what}.`, { code: 'invalid_json' });
}
