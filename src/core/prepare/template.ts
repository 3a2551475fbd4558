/** Where a piece stands in the template text: UTF-16 offsets, end exclusive. */
type Span = { readonly start: number; readonly end: number };

type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'column'; readonly column: string } & Span);

type TemplateFault = Span & { readonly kind: 'unclosed' | 'empty' };

type Template = { readonly pieces: readonly TemplatePiece[]; readonly faults: readonly TemplateFault[] };

/**
 * Reads `{{column}}` placeholders. Blanks just inside the braces are ignored. `{{{{` stands for a literal `{{`;
 * `}}` outside a placeholder is literal. Everything else is kept as it is.
 */
export function parseTemplate(text: string): Template {
  const pieces: TemplatePiece[] = [];
  const faults: TemplateFault[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    if (open < 0) {
      literal += text.slice(at);
      break;
    }
    literal += text.slice(at, open);
    if (text.startsWith('{{{{', open)) {
      literal += '{{';
      at = open + 4;
      continue;
    }
    if (text[open + 2] === '{') {
      literal += '{';
      at = open + 1;
      continue;
    }
    const close = text.indexOf('}}', open + 2);
    const nextOpen = text.indexOf('{{', open + 2);
    if (close < 0 || (nextOpen >= 0 && nextOpen < close)) {
      const end = nextOpen >= 0 && (close < 0 || nextOpen < close) ? nextOpen : text.length;
      faults.push({ kind: 'unclosed', start: open, end });
      literal += text.slice(open, end);
      at = end;
      continue;
    }
    const inside = text.slice(open + 2, close);
    const column = inside.trim();
    if (column === '') {
      faults.push({ kind: 'empty', start: open, end: close + 2 });
    } else {
      if (literal !== '') pieces.push({ kind: 'text', text: literal });
      literal = '';
      const start = open + 2 + inside.indexOf(column);
      pieces.push({ kind: 'column', column, start, end: start + column.length });
    }
    at = close + 2;
  }
  if (literal !== '') pieces.push({ kind: 'text', text: literal });
  return { pieces, faults };
}

/** The template with the cells of one row put in verbatim; an absent cell is the empty text. */
export function renderTemplate(template: Template, cells: ReadonlyMap<string, string>): string {
  let text = '';
  for (const piece of template.pieces) {
    text += piece.kind === 'text' ? piece.text : (cells.get(piece.column) ?? '');
  }
  return text;
}

/** Text in which nothing is taken for a placeholder. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('{{', '{{{{');
}
