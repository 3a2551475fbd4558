import {
  ibanLength,
  isBrazilianId,
  isFrenchSocialSecurity,
  isGermanTaxId,
  isItalianTaxCode,
  isSpanishId,
  isTurkishId,
  isUsSocialSecurity,
  passesLuhn,
} from './checksums.ts';
import type { Found, SafetyFacts } from './found.ts';
import type { Hints } from './prefilter.ts';

const email = /[A-Za-z0-9_](?:[A-Za-z0-9_%+-]|\.(?!\.)){0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}([A-Za-z]{2,24})(?![\w-])/g;
/** Endings of files, which stand after an `@2x` or a version more often than a domain does. */
const fileEnding = /^(?:png|jpe?g|gif|svg|webp|bmp|ico|js|mjs|ts|tsx|jsx|css|scss|html?|json|py|rb|java|cpp|md|txt|xml|ya?ml|pdf|zip|gz|onnx|dev\d+)$/i;
/** Who stands for nobody: names that manuals put before the domains of RFC 2606. */
const nobody = /^(?:you|your[\w.]*|user(?:name)?\d*|name|email|e-mail|mail|someone|somebody|foo|bar|test|me|abc|xyz|x+)@(?:[\w.-]+\.)?(?:example|test|domain|email|company|mail|invalid|localhost|your[\w-]*)\.\w+$/i;

/** Digits with the separators that people put between them. */
const number = /\+?\(?\d[\d ./()-]{5,32}\d(?![\w])/g;
const iban = /[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/g;
const italian = /[A-Z]{6}[0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z](?![A-Za-z0-9])/g;
const spanish = /[XYZ\d]\d{7}-?[A-Z](?![A-Za-z0-9])/g;
const french = /[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\w)/g;
const ipv4 = /(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w-]|\.\d)/g;
/** A global unicast address (2000::/3), written in full or shortened once. */
const ipv6 = /[23][0-9a-f]{3}(?::[0-9a-f]{1,4}){1,6}(?:::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?|:[0-9a-f]{1,4})(?![\w:])/gi;

/** Personal data in a text, in no order. Numbers that have a checksum count only if it is right. */
export function findPersonal(text: string, hints: Hints): Found[] {
  const found: Found[] = [];
  const add = (facts: SafetyFacts, start: number, length: number, label: string): void => {
    found.push({ facts, start, end: start + length, label });
  };
  if (hints.at) {
    for (const { 0: value, 1: ending = '', index } of text.matchAll(email)) {
      // In an address of a web page, user and password are looked at as a secret.
      const inUrl = /:\/\/[^\s@]*$/.test(text.slice(Math.max(0, index - 200), index));
      if (!fileEnding.test(ending) && !nobody.test(value) && !inUrl && !value.startsWith('git@')) {
        add({ code: 'safety.personal.email' }, index, value.length, 'EMAIL');
      }
    }
  }
  if (hints.number || hints.token) {
    for (const [value, index] of apart(text, iban, /[A-Za-z0-9]/)) {
      const length = ibanLength(value.replaceAll(' ', ''));
      const shown = length === 0 ? 0 : lengthWithSpaces(value, length);
      if (shown > 0 && !/[A-Za-z0-9]/.test(text[index + shown] ?? '')) {
        add({ code: 'safety.personal.iban' }, index, shown, 'IBAN');
      }
    }
    for (const { country, form, isValid } of nationalForms) {
      for (const [value, index] of apart(text, form, /[\w.]/)) {
        if (isValid(value.replace(/[ -]/g, ''))) {
          add({ code: 'safety.personal.nationalId', country }, index, value.length, 'NATIONAL_ID');
        }
      }
    }
  }
  if (hints.number) {
    for (const [value, index] of apart(text, number, /[\w./]/)) {
      const facts = factsOfNumber(value, text.slice(Math.max(0, index - 40), index));
      if (facts) {
        add(facts, index, value.length, labels[facts.code] ?? 'NUMBER');
      }
    }
    for (const [value, index] of apart(text, ipv4, /[\w.]/)) {
      if (isPublicAddress(value) && !/(?:version|release|section|chapter|[vV§])[ .]?$/i.test(text.slice(Math.max(0, index - 9), index))) {
        add({ code: 'safety.personal.ipAddress' }, index, value.length, 'IP_ADDRESS');
      }
    }
  }
  if (hints.groups) {
    for (const [value, index] of apart(text, ipv6, /[\w:.]/)) {
      // 2001:db8::/32 is for documents (RFC 3849).
      if (!/^2001:0?db8:/i.test(value) && isWholeAddress(value)) {
        add({ code: 'safety.personal.ipAddress' }, index, value.length, 'IP_ADDRESS');
      }
    }
  }
  return found;
}

const nationalForms = [
  { country: 'IT', form: italian, isValid: isItalianTaxCode },
  { country: 'ES', form: spanish, isValid: isSpanishId },
  { country: 'FR', form: french, isValid: isFrenchSocialSecurity },
];

/** Matches that no character of a class stands before. A look-behind would be tried at every character. */
function* apart(text: string, form: RegExp, before: RegExp): IterableIterator<readonly [value: string, index: number]> {
  for (const { 0: value, index } of text.matchAll(form)) {
    if (!before.test(text[index - 1] ?? '')) {
      yield [value, index];
    }
  }
}

const labels: Readonly<Partial<Record<SafetyFacts['code'], string>>> = {
  'safety.personal.card': 'CARD',
  'safety.personal.phone': 'PHONE',
  'safety.personal.nationalId': 'NATIONAL_ID',
};

function factsOfNumber(value: string, before: string): SafetyFacts | undefined {
  const digits = value.replace(/\D/g, '');
  if (/^\d+(?:[ -]\d+)*$/.test(value) && isCard(digits, value)) {
    return { code: 'safety.personal.card' };
  }
  if (isUsSocialSecurity(value)) {
    return { code: 'safety.personal.nationalId', country: 'US' };
  }
  if (/^\d{3}\.\d{3}\.\d{3}-\d{2}$/.test(value) && isBrazilianId(digits)) {
    return { code: 'safety.personal.nationalId', country: 'BR' };
  }
  if (/^\d{11}$/.test(value)) {
    if (isTurkishId(digits)) {
      return { code: 'safety.personal.nationalId', country: 'TR' };
    }
    if (isGermanTaxId(digits)) {
      return { code: 'safety.personal.nationalId', country: 'DE' };
    }
  }
  return isPhone(value, digits, before) ? { code: 'safety.personal.phone' } : undefined;
}

/** Issuers' ranges (ISO/IEC 7812) with their lengths, grouped as on cards or not at all. */
function isCard(digits: string, value: string): boolean {
  const known =
    /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|9792\d{12})$/;
  const grouped = /^\d+$/.test(value) || /^\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}$|^\d{4}([ -])\d{6}\2\d{4,5}$/.test(value);
  return grouped && known.test(digits) && passesLuhn(digits) && !/^(\d)\1*$/.test(digits);
}

/** Phone numbers in E.164's international form, in those of North America and Turkey, or called one in the text. */
function isPhone(value: string, digits: string, before: string): boolean {
  if (/[./()-]{3}|\d \/ \d|\/.*\//.test(value) || /^(\d)\1*$/.test(digits)) {
    return false;
  }
  if (value.startsWith('+')) {
    return digits.length >= 8 && digits.length <= 15 && !digits.startsWith('0') && /^\+\d{1,3}(?:[ .(-]{1,2}\d{1,4}\)?|\d{4,})/.test(value);
  }
  // 555-0100 to 555-0199 are for films and books.
  if (/^(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[.-]\d{4}$/.test(value)) {
    return !/55501\d\d$/.test(digits);
  }
  if (/^\(?0 ?\(?5\d\d\)? ?\d{3} ?\d{2} ?\d{2}$/.test(value)) {
    return true;
  }
  const called = /(?:phone|mobile|cell|tel|telefon|téléphone|teléfono|handy|gsm|fax|whatsapp|call(?: me)?(?: at| on)?)\W{0,6}(?:(?:number|no|nr|numarası|is)\W{0,4}){0,2}$/i;
  return digits.length >= 7 && digits.length <= 15 && called.test(before);
}

/** False for the ranges that belong to nobody or everybody (RFC 6890, RFC 5737), and for what looks like a version. */
function isPublicAddress(value: string): boolean {
  const parts = value.split('.');
  const [a = 0, b = 0, c = 0] = parts.map(Number);
  const numbersFit = parts.every((part) => Number(part) < 256 && (part === '0' || !part.startsWith('0')));
  const reserved =
    a === 0 || a === 10 || a === 127 || a >= 224 || (a === 100 && b >= 64 && b < 128) || (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) || (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)))) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) || (a === 203 && b === 0 && c === 113);
  return numbersFit && !reserved && value.replaceAll('.', '').length >= 7;
}

function isWholeAddress(value: string): boolean {
  const groups = value.split(':').filter((group) => group !== '').length;
  return value.includes('::') ? groups <= 7 && groups >= 3 : groups === 8;
}

/** How much of a text its first `count` characters take that are no spaces. */
function lengthWithSpaces(value: string, count: number): number {
  let left = count;
  let at = 0;
  while (left > 0) {
    left -= value[at] === ' ' ? 0 : 1;
    at += 1;
  }
  return at;
}
