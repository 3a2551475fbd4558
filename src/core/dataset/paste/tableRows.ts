/**
 * The records of a delimited text as spreadsheets copy it (RFC 4180): quoted cells may hold delimiters, line breaks
 * and doubled quotes. Blank lines are left out. Undefined if a quote does not end.
 */
export function tableRows(text: string, delimiter: string): readonly (readonly string[])[] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell: string;
    if (text[at] === '"') {
      const end = endOfQuoted(text, at);
      if (end === -1) return undefined;
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      cell = '';
    }
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
    row.push(cell + text.slice(start, at));
    const ended = text[at] !== delimiter;
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    if (ended) {
      rows.push(row);
      row = [];
    }
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows.filter((cells) => cells.some((cell) => cell.trim() !== ''));
}

/** Offset of the quote that ends the cell which starts with the one at `open`; -1 if none does. */
function endOfQuoted(text: string, open: number): number {
  let end = text.indexOf('"', open + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end;
}
