export type Import = {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
  /** Erased at run time: `import type`, `export type` or only `type` names in braces. */
  readonly typeOnly: boolean;
};

type Token = { readonly kind: 'word' | 'text' | 'sign'; readonly value: string; readonly line: number };

/** Words after which a slash begins a regular expression. */
const beforeExpression = new Set('return typeof case in of do else void delete throw new instanceof yield await'.split(' '));

/**
 * Every module that a TypeScript source names: static, dynamic and type imports, re-exports, `require`. A lexer, because
 * TypeScript 7 has no API: it knows comments, strings, nested templates and regular expressions, and nothing else.
 * A dynamic import of something that is no plain text gets the specifier `?`.
 */
export function findImports(source: string): readonly Import[] {
  const tokens = tokenize(source);
  const found: Import[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    const previous = tokens[at - 1]?.value;
    if (token?.kind !== 'word' || previous === '.' || previous === '?.') {
      continue;
    }
    const next = tokens[at + 1];
    if ((token.value === 'import' || token.value === 'require') && next?.value === '(' && next.kind === 'sign') {
      const argument = tokens[at + 2];
      const specifier = argument?.kind === 'text' ? argument.value : '?';
      // A declaration named `require` or `import` is nobody's import.
      if (specifier !== '?' || token.value === 'import') {
        found.push({ specifier, line: token.line, typeOnly: previous === 'typeof' });
      }
    } else if (token.value === 'import' && next?.kind === 'text') {
      found.push({ specifier: next.value, line: token.line, typeOnly: false });
    } else if (token.value === 'import' || token.value === 'export') {
      const from = findFrom(tokens, at + 1);
      if (from !== undefined) {
        const specifier = tokens[from + 1]?.value ?? '?';
        found.push({ specifier, line: token.line, typeOnly: isTypeOnly(tokens.slice(at + 1, from)) });
      }
    }
  }
  return found;
}

/** Index of the `from` of the clause that starts here; undefined if it is no import or export clause. */
function findFrom(tokens: readonly Token[], start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind === 'word' && token.value === 'from' && depth === 0 && tokens[at + 1]?.kind === 'text') {
      return at;
    }
    if (token?.kind === 'sign' && token.value === '{') {
      depth += 1;
    } else if (token?.kind === 'sign' && token.value === '}') {
      depth -= 1;
    } else if (token?.kind === 'text' ? depth === 0 : token?.kind === 'sign' && !',*'.includes(token.value)) {
      return undefined;
    }
  }
  return undefined;
}

function isTypeOnly(clause: readonly Token[]): boolean {
  if (clause[0]?.value === 'type' && clause[1]?.value !== ',' && clause.length > 1) {
    return true;
  }
  if (clause[0]?.value !== '{') {
    return false;
  }
  const names = clause.slice(1, -1).map((token) => token.value);
  const entries = names.join(' ').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  return entries.length > 0 && entries.every((entry) => entry.startsWith('type '));
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  /** Depth of braces at which each open `${` closes. */
  const templates: number[] = [];
  let depth = 0;
  let line = 1;
  let at = 0;

  const skipTo = (end: number): void => {
    for (; at < end; at += 1) {
      if (source[at] === '\n') {
        line += 1;
      }
    }
  };
  const template = (): void => {
    const started = line;
    let end = at + 1;
    while (end < source.length && source[end] !== '`' && !(source[end] === '$' && source[end + 1] === '{')) {
      end += source[end] === '\\' ? 2 : 1;
    }
    if (source[end] === '`') {
      tokens.push({ kind: 'sign', value: '`', line: started });
      skipTo(end + 1);
    } else {
      tokens.push({ kind: 'sign', value: '(', line: started });
      depth += 1;
      templates.push(depth);
      skipTo(end + 2);
    }
  };

  while (at < source.length) {
    const character = source[at] ?? '';
    if (/\s/.test(character)) {
      skipTo(at + 1);
    } else if (source.startsWith('//', at) || (at === 0 && source.startsWith('#!'))) {
      skipTo(endOr(source.indexOf('\n', at), source));
    } else if (source.startsWith('/*', at)) {
      skipTo(endOr(source.indexOf('*/', at + 2) + 2, source, 1));
    } else if (character === "'" || character === '"') {
      let end = at + 1;
      while (end < source.length && source[end] !== character && source[end] !== '\n') {
        end += source[end] === '\\' ? 2 : 1;
      }
      tokens.push({ kind: 'text', value: source.slice(at + 1, end), line });
      skipTo(end + 1);
    } else if (character === '`') {
      template();
    } else if (character === '}' && templates.at(-1) === depth) {
      templates.pop();
      depth -= 1;
      template();
    } else if (character === '/' && startsExpression(tokens.at(-1)) && regexEnd(source, at) !== undefined) {
      tokens.push({ kind: 'sign', value: '/', line });
      skipTo(regexEnd(source, at) ?? at + 1);
    } else if (/[\p{ID_Start}$_#]/u.test(character)) {
      const word = /^[\p{ID_Continue}$#\u200c\u200d]+/u.exec(source.slice(at, at + 200))?.[0] ?? character;
      tokens.push({ kind: 'word', value: word, line });
      skipTo(at + word.length);
    } else {
      depth += character === '{' ? 1 : character === '}' ? -1 : 0;
      const value = source.startsWith('?.', at) ? '?.' : character;
      tokens.push({ kind: 'sign', value, line });
      skipTo(at + value.length);
    }
  }
  return tokens;
}

function endOr(end: number, source: string, least = 0): number {
  return end <= least ? source.length : end;
}

function startsExpression(previous: Token | undefined): boolean {
  if (previous === undefined) {
    return true;
  }
  if (previous.kind === 'sign') {
    return !')]}`'.includes(previous.value) && !/\d/.test(previous.value);
  }
  return previous.kind === 'word' && beforeExpression.has(previous.value);
}

/** Index after the regular expression that starts here; undefined if its line ends before it does: a division. */
function regexEnd(source: string, start: number): number | undefined {
  let inClass = false;
  for (let at = start + 1; at < source.length && source[at] !== '\n'; at += 1) {
    const character = source[at];
    if (character === '\\') {
      at += 1;
    } else if (character === '[') {
      inClass = true;
    } else if (character === ']') {
      inClass = false;
    } else if (character === '/' && !inClass) {
      return at + 1;
    }
  }
  return undefined;
}
