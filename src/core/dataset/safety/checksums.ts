/** Luhn's check of a card number, ISO/IEC 7812-1 annex B. Digits only. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Lengths of IBANs by country: SWIFT's IBAN registry, release 98. */
const ibanLengths: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BR: 29, BY: 28, CH: 21, CR: 22, CY: 28, CZ: 24,
  DE: 22, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28,
  HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20, LU: 20,
  LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MR: 27, MT: 31, MU: 30, NL: 18, NO: 15, PK: 24, PL: 28, PS: 29, PT: 25,
  QA: 29, RO: 24, RS: 22, SA: 24, SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26,
  UA: 29, VA: 22, VG: 24, XK: 20,
};

/** The length of the IBAN that a text without spaces starts with; 0 if it starts with none (ISO 13616, modulo 97). */
export function ibanLength(text: string): number {
  const length = ibanLengths[text.slice(0, 2)] ?? 0;
  if (length === 0 || text.length < length) {
    return 0;
  }
  const moved = text.slice(4, length) + text.slice(0, 4);
  let rest = 0;
  for (const unit of moved) {
    const value = Number.parseInt(unit, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1 ? length : 0;
}

/** The T.C. identity number: 11 digits, the last two computed (Nüfus ve Vatandaşlık İşleri). */
export function isTurkishId(digits: string): boolean {
  const d = digits.split('').map(Number);
  if (d.length !== 11 || d[0] === 0) {
    return false;
  }
  const odd = sumOf(d, [0, 2, 4, 6, 8]);
  const even = sumOf(d, [1, 3, 5, 7]);
  return (((odd * 7 - even) % 10) + 10) % 10 === d[9] && (odd + even + (d[9] ?? 0)) % 10 === d[10];
}

/** The German tax number: 11 digits after ISO 7064 mod 11,10; one of the first ten occurs two or three times. */
export function isGermanTaxId(digits: string): boolean {
  if (!/^[1-9]\d{10}$/.test(digits)) {
    return false;
  }
  const counts = '0123456789'.split('').map((unit) => digits.slice(0, 10).split(unit).length - 1);
  if (counts.filter((count) => count > 1).length !== 1 || Math.max(...counts) > 3) {
    return false;
  }
  let product = 10;
  for (const unit of digits.slice(0, 10)) {
    const sum = (Number(unit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits[10]);
}

/** The French social security number: 13 places and a key, 97 less the rest; 2A and 2B are Corsica. */
export function isFrenchSocialSecurity(text: string): boolean {
  if (!/^[12]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6}\d{2}$/.test(text)) {
    return false;
  }
  const number = BigInt(text.slice(0, 13).replace('2A', '19').replace('2B', '18'));
  return 97n - (number % 97n) === BigInt(text.slice(13));
}

/** The Spanish DNI or NIE: eight places and a letter, modulo 23. */
export function isSpanishId(text: string): boolean {
  const number = text.slice(0, 8).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return /^[XYZ\d]\d{7}[A-Z]$/.test(text) && 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(number) % 23] === text[8];
}

/** The Italian codice fiscale: 16 places, the last computed from the others (decree of 23 December 1976). */
export function isItalianTaxCode(text: string): boolean {
  if (!/^[A-Z]{6}[\dLMNPQRSTUV]{2}[ABCDEHLMPRST][\dLMNPQRSTUV]{2}[A-Z][\dLMNPQRSTUV]{3}[A-Z]$/.test(text)) {
    return false;
  }
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
  let sum = 0;
  for (let index = 0; index < 15; index += 1) {
    const unit = text[index] ?? '';
    const value = /\d/.test(unit) ? Number(unit) : unit.charCodeAt(0) - 65;
    sum += index % 2 === 0 ? (odd[value] ?? 0) : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === text[15];
}

/** The Brazilian CPF: 11 digits, the last two computed modulo 11. */
export function isBrazilianId(digits: string): boolean {
  if (!/^\d{11}$/.test(digits) || /^(\d)\1*$/.test(digits)) {
    return false;
  }
  const check = (length: number): number => {
    let sum = 0;
    for (let index = 0; index < length; index += 1) {
      sum += Number(digits[index]) * (length + 1 - index);
    }
    return ((sum * 10) % 11) % 10;
  };
  return check(9) === Number(digits[9]) && check(10) === Number(digits[10]);
}

/** Numbers that the US Social Security Administration can have given out: nnn-nn-nnnn. It has no checksum. */
export function isUsSocialSecurity(text: string): boolean {
  return /^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/.test(text);
}

function sumOf(digits: readonly number[], places: readonly number[]): number {
  return places.reduce((sum, place) => sum + (digits[place] ?? 0), 0);
}
