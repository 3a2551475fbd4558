import type { JsonPath } from '../../jsonl/tree.ts';
import { isRecord } from '../format.ts';
import { brief, jsonTypeOf } from '../jsonType.ts';
import type { Findings } from './findings.ts';

const details: ReadonlySet<unknown> = new Set(['auto', 'low', 'high']);

/** The rules of the image of a content part at `path`. */
export function checkImage(image: unknown, path: JsonPath, findings: Findings): void {
  const at = [...path, 'image_url'];
  if (!isRecord(image)) {
    const type = image === undefined ? undefined : jsonTypeOf(image);
    findings.add({ code: 'content.part.image.invalid', type }, image === undefined ? path : at);
    return;
  }
  const url = image['url'];
  if (typeof url !== 'string') {
    findings.add({ code: 'content.part.image.url', type: url === undefined ? undefined : jsonTypeOf(url) }, [...at, 'url']);
  } else if (!/^(?:https?:\/\/[^/]|data:image\/)/i.test(url.slice(0, 32))) {
    findings.add({ code: 'content.part.image.url', type: 'string' }, [...at, 'url']);
  } else if (url.length > 5 && /^data:/i.test(url.slice(0, 5))) {
    checkDataUrl(url, [...at, 'url'], findings);
  }
  const detail = image['detail'];
  if (detail !== undefined && !details.has(detail)) {
    findings.add({ code: 'content.part.image.detail', detail: brief(detail) }, [...at, 'detail']);
  }
}

/** The rules of an image that stands in the line itself. Source: OpenAI's guide to vision fine-tuning. */
function checkDataUrl(url: string, path: JsonPath, findings: Findings): void {
  const [, stated = '', base64 = ''] = /^data:([^;,]{1,60})(?:;[^;,]{1,60}){0,4}?(;base64)?,/i.exec(url.slice(0, 400)) ?? [];
  const comma = url.indexOf(',');
  if (base64 === '' || comma === -1 || !isBase64(url, comma + 1)) {
    findings.add({ code: 'content.part.image.base64' }, path);
    return;
  }
  const start = decodeStart(url, comma + 1);
  const format = signatures.find(({ matches }) => matches(start));
  if (!format?.trained) {
    findings.add({ code: 'content.part.image.format', format: format?.name }, path);
    return;
  }
  const meant = format.mediaType;
  if (stated.toLowerCase().replace('image/jpg', 'image/jpeg') !== meant) {
    findings.add({ code: 'content.part.image.mediaType', stated, meant }, path);
  }
  const bytes = decodedBytes(url, findings.lengthOf(url) - comma - 1);
  const maximum = findings.profile.images?.bytes;
  if (maximum !== undefined && bytes > maximum) {
    findings.add({ code: 'content.part.image.tooLarge', bytes, maximum }, path);
  }
  const colors = format.name === 'PNG' ? pngColors(start) : undefined;
  if (colors !== undefined) {
    findings.add({ code: 'content.part.image.colors', colors }, path);
  }
}

function isBase64(url: string, from: number): boolean {
  const data = url.slice(from);
  return data.length > 0 && data.length % 4 !== 1 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
}

/** Bytes that so many characters of Base64 stand for, those that pad the end of the URL among them. */
function decodedBytes(url: string, characters: number): number {
  const padding = url.endsWith('==') ? 2 : url.endsWith('=') ? 1 : 0;
  return Math.floor(((characters - padding) * 3) / 4);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The first bytes of Base64: as many as the signatures need. */
function decodeStart(url: string, from: number): readonly number[] {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (let at = from; at < Math.min(url.length, from + 40); at += 1) {
    const value = alphabet.indexOf(url[at] ?? '');
    if (value === -1) {
      break;
    }
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 0xff);
    }
  }
  return bytes;
}

function startsWith(text: string, offset = 0): (bytes: readonly number[]) => boolean {
  return (bytes) => [...text].every((character, index) => bytes[offset + index] === character.charCodeAt(0));
}

type Signature = {
  readonly name: string;
  readonly mediaType: string;
  /** Whether images of this format are trained on; others are left out silently. */
  readonly trained: boolean;
  readonly matches: (bytes: readonly number[]) => boolean;
};

const signatures: readonly Signature[] = [
  { name: 'PNG', mediaType: 'image/png', trained: true, matches: startsWith('\u0089PNG\r\n\u001a\n') },
  { name: 'JPEG', mediaType: 'image/jpeg', trained: true, matches: startsWith('\u00ff\u00d8\u00ff') },
  {
    name: 'WEBP',
    mediaType: 'image/webp',
    trained: true,
    matches: (bytes) => startsWith('RIFF')(bytes) && startsWith('WEBP', 8)(bytes),
  },
  { name: 'GIF', mediaType: 'image/gif', trained: false, matches: startsWith('GIF8') },
  { name: 'BMP', mediaType: 'image/bmp', trained: false, matches: startsWith('BM') },
  { name: 'TIFF', mediaType: 'image/tiff', trained: false, matches: startsWith('II*\0') },
  { name: 'TIFF', mediaType: 'image/tiff', trained: false, matches: startsWith('MM\0*') },
  { name: 'HEIC', mediaType: 'image/heic', trained: false, matches: startsWith('ftyp', 4) },
  { name: 'SVG', mediaType: 'image/svg+xml', trained: false, matches: startsWith('<') },
  { name: 'PDF', mediaType: 'application/pdf', trained: false, matches: startsWith('%PDF') },
];

/** Offset of the color type in the header of a PNG (ISO/IEC 15948, 11.2.2). */
const pngColorType = 25;
const pngColorNames: Readonly<Record<number, string>> = { 0: 'grayscale', 3: 'palette', 4: 'grayscale with alpha' };

/** How a PNG keeps its colors, if it is neither RGB nor RGBA. */
function pngColors(bytes: readonly number[]): string | undefined {
  return pngColorNames[bytes[pngColorType] ?? -1];
}
