import type { Found } from './found.ts';
import type { Hints } from './prefilter.ts';

type SecretForm = {
  readonly code: 'safety.secret.key' | 'safety.secret.token';
  readonly service: string;
  readonly form: RegExp;
};

const key = (service: string, form: RegExp): SecretForm => ({ code: 'safety.secret.key', service, form });
const token = (service: string, form: RegExp): SecretForm => ({ code: 'safety.secret.token', service, form });

/** Forms as the services document them. A more particular form stands before a more general one. */
const forms: readonly SecretForm[] = [
  key('Anthropic', /sk-ant-[a-z]+\d{2}-[\w-]{32,}/g),
  key('OpenRouter', /sk-or-v1-[0-9a-f]{64}/g),
  key('OpenAI', /sk-(?:proj|svcacct|admin|None)-[\w-]{20,}|sk-[A-Za-z0-9]{20,}/g),
  key('AWS', /(?:AKIA|ASIA)[A-Z2-7]{16}/g),
  key('Google', /AIza[\w-]{35}|GOCSPX-[\w-]{28}/g),
  token('Google', /ya29\.[\w-]{30,}/g),
  token('GitHub', /gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}/g),
  token('GitLab', /gl(?:pat|dt|rt|soat)-[\w-]{20,}/g),
  token('Slack', /xox[abeoprs]-[A-Za-z0-9-]{16,}|xapp-\d-[A-Za-z0-9-]{24,}/g),
  key('Slack', /hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/]{30,}/g),
  key('Stripe', /(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{24,}/g),
  token('Hugging Face', /hf_[A-Za-z0-9]{30,}/g),
  token('npm', /npm_[A-Za-z0-9]{36}/g),
  token('PyPI', /pypi-AgEIcHlwaS5vcmc[\w-]{50,}/g),
  key('SendGrid', /SG\.[\w-]{22}\.[\w-]{43}/g),
  key('Twilio', /SK[0-9a-f]{32}/g),
  key('Groq', /gsk_[A-Za-z0-9]{40,}/g),
  key('xAI', /xai-[A-Za-z0-9]{60,}/g),
  key('NVIDIA', /nvapi-[\w-]{50,}/g),
  key('Perplexity', /pplx-[A-Za-z0-9]{40,}/g),
  token('Replicate', /r8_[A-Za-z0-9]{37}/g),
  token('Databricks', /dapi[0-9a-f]{32}/g),
  token('DigitalOcean', /do[opr]_v1_[0-9a-f]{64}/g),
  token('Shopify', /shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/g),
  token('Telegram', /\d{8,10}:AA[\w-]{33}/g),
  token('Discord', /[MNO][A-Za-z\d]{23,25}\.[\w-]{6}\.[\w-]{27,38}/g),
  key('Mailgun', /key-[0-9a-f]{32}/g),
  key('Azure', /AccountKey=[A-Za-z0-9+/]{86}==/g),
  key('age', /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/g),
];

/** What every one of the forms above holds, so that a text without it is searched no further. */
const anyForm =
  /sk-|AKIA|ASIA|AIza|GOCSPX|ya29|gh[pousr]_|github_pat|gl[a-z]+-|xox|xapp-|hooks\.slack|[sr]k_|whsec_|hf_|npm_|pypi-|SG\.|SK[0-9a-f]|xai-|nvapi-|pplx-|r8_|dapi|_v1_|shp|:AA|[MNO][A-Za-z\d]{23,25}\.|key-|AccountKey|AGE-/;

const jwt = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g;
const keyHeader = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/g;
const keyFooter = /-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/g;
/** A block of a longer key is not looked for. */
const longestKey = 16_384;
const urlPassword = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'<>]{1,64}:([^\s/?#@"'<>]{3,128})@[\w.-]+/gi;
const names = String.raw`(?:api[_-]?key|secret[_-]?key|access[_-]?key|client[_-]?secret|secret|token|passw(?:or)?d)["']?\s{0,3}(?:[:=]|=>|:=)\s{0,3}`;
const secretValue = String.raw`[A-Za-z0-9_\-+/.~]{16,200}={0,2}`;
/** A value that is called a secret where it stands. */
const assigned = new RegExp(`${names}(?:bearer\\s{1,3})?["']?(${secretValue})`, 'gi');
const calledSecret = new RegExp(`${names}$`, 'i');
const wholeValue = new RegExp(`^${secretValue}$`);

/**
 * Secrets in a text, in no order; `before` is what stands before it. Placeholders, as manuals have them, are left out.
 */
export function findSecrets(text: string, before: string, hints: Hints): Found[] {
  const found: Found[] = [];
  if (hints.token && anyForm.test(text)) {
    for (const { code, service, form } of forms) {
      for (const { 0: value, index } of text.matchAll(form)) {
        if (stands(text, index, value.length) && isRandom(value)) {
          found.push({ facts: { code, service }, start: index, end: index + value.length, label: 'API_KEY' });
        }
      }
    }
  }
  if (hints.token && text.includes('eyJ')) {
    for (const { 0: value, index } of text.matchAll(jwt)) {
      if (stands(text, index, value.length)) {
        found.push({ facts: { code: 'safety.secret.token', service: 'JWT' }, start: index, end: index + value.length, label: 'TOKEN' });
      }
    }
  }
  if (hints.token && text.includes('PRIVATE KEY')) {
    found.push(...privateKeys(text));
  }
  if (hints.at && text.includes('://')) {
    for (const { 0: value, 1: password = '', index } of text.matchAll(urlPassword)) {
      const start = index + value.lastIndexOf(`:${password}@`) + 1;
      if (!isPlaceholder(password)) {
        found.push({ facts: { code: 'safety.secret.password' }, start, end: start + password.length, label: 'PASSWORD' });
      }
    }
  }
  if (hints.token && wholeValue.test(text) && calledSecret.test(before) && isAssignedSecret(text)) {
    found.push({ facts: { code: 'safety.secret.assigned' }, start: 0, end: text.length, label: 'SECRET' });
  }
  if (hints.token && /key|secret|token|passw/i.test(text)) {
    for (const { 0: value, 1: secret = '', index } of text.matchAll(assigned)) {
      const start = index + value.length - secret.length;
      if (isAssignedSecret(secret)) {
        found.push({ facts: { code: 'safety.secret.assigned' }, start, end: start + secret.length, label: 'SECRET' });
      }
    }
  }
  return found;
}

/** Blocks of private keys up to their end, or to the end of the text where one was cut; a header alone is none. */
function privateKeys(text: string): Found[] {
  const headers = [...text.matchAll(keyHeader)];
  return headers.flatMap(({ 0: header, index: start }, number) => {
    const limit = Math.min(headers[number + 1]?.index ?? text.length, start + longestKey);
    keyFooter.lastIndex = start;
    const footer = keyFooter.exec(text.slice(0, limit));
    const end = footer ? footer.index + footer[0].length : limit;
    const body = text.slice(start + header.length, footer?.index ?? limit);
    return /[A-Za-z0-9+/=]{32}/.test(body)
      ? [{ facts: { code: 'safety.secret.privateKey' }, start, end, label: 'PRIVATE_KEY' } as const]
      : [];
  });
}

function isAssignedSecret(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value) && isRandom(value) && entropyOf(value) >= 3.3;
}

/** True if it is no piece of a longer word. */
function stands(text: string, start: number, length: number): boolean {
  return !/\w/.test(text[start - 1] ?? '') && !/\w/.test(text[start + length] ?? '');
}

/** False for placeholders and plain words: a real secret repeats little and spells nothing. */
function isRandom(value: string): boolean {
  return !isPlaceholder(value) && entropyOf(value) >= 2.7 && !/(.)\1{5}/.test(value);
}

function isPlaceholder(value: string): boolean {
  return /example|your|placeholder|redacted|dummy|sample|changeme|xxxx|^pass(?:word)?$|^pwd$|^secret$|\*{3}|\.{3}|^[<[{$%(]|^\W+$/i.test(value);
}

/** Shannon's entropy of the characters, in bits per character. */
function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const unit of value) {
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) {
    bits -= (count / value.length) * Math.log2(count / value.length);
  }
  return bits;
}
