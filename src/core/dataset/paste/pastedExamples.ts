import { detectDelimiter } from '../../prepare/delimiter.ts';
import { toTrainingLine, toWrittenJson } from '../../prepare/writtenJson.ts';
import type { Format } from '../format.ts';
import { conversationsIn } from './conversationText.ts';
import { tableRows } from './tableRows.ts';

export type PastedExamples = {
  readonly from: 'table' | 'conversation';
  /** Lines of a training file, without line breaks. */
  readonly lines: readonly string[];
  /** Rows of a table that have not all that an example needs. */
  readonly skipped: number;
};

/** Longer text is no table that somebody pastes by hand; a recipe reads files of any size. In UTF-16 units. */
const longestText = 2 * 1024 * 1024;

type Part = 'system' | 'question' | 'answer' | 'preferred' | 'other';

/** Names of columns, without what stands between their words. */
const columnNames: Readonly<Record<Part, readonly string[]>> = {
  system: ['system', 'systemprompt', 'systemmessage'],
  question: ['question', 'prompt', 'user', 'input', 'instruction', 'query', 'usermessage', 'human', 'soru'],
  answer: ['answer', 'response', 'completion', 'assistant', 'output', 'reply', 'correctanswer', 'referenceanswer', 'cevap', 'yanıt'],
  preferred: ['chosen', 'preferred', 'preferredoutput', 'better'],
  other: ['rejected', 'nonpreferred', 'nonpreferredoutput', 'worse'],
};

/**
 * Text that somebody copied from a spreadsheet or a chat, as examples of the file's format (of the one that fits, if
 * the file has none yet). Undefined if it is neither, or cannot become such examples.
 */
export function pastedExamples(text: string, format: Format | undefined): PastedExamples | undefined {
  if (text.length > longestText || /^\s*[{[]/.test(text)) {
    return undefined;
  }
  return fromConversation(text, format) ?? fromTable(text, format);
}

function fromConversation(text: string, format: Format | undefined): PastedExamples | undefined {
  const conversations = format === undefined || format === 'chat' ? conversationsIn(text) : undefined;
  return conversations && { from: 'conversation', lines: conversations.map(toTrainingLine), skipped: 0 };
}

function fromTable(text: string, format: Format | undefined): PastedExamples | undefined {
  const delimiter = text.includes('\t') ? 'tab' : detectDelimiter(text, true);
  const rows = tableRows(text, delimiter === 'tab' ? '\t' : delimiter);
  const header = rows?.[0];
  if (!rows || !header) {
    return undefined;
  }
  const columns = columnsOf(header);
  if (columns.size >= 2) {
    return examplesOf(rows.slice(1), columns, format);
  }
  // Without names: two cells of a spreadsheet in each row are a question and its answer.
  const pairs = delimiter === 'tab' && rows.every((cells) => cells.length === 2);
  return pairs ? examplesOf(rows, new Map([['question', 0], ['answer', 1]]), format) : undefined;
}

function columnsOf(header: readonly string[]): ReadonlyMap<Part, number> {
  const columns = new Map<Part, number>();
  header.forEach((name, index) => {
    const word = name.replace(/^\uFEFF/, '').toLowerCase().replaceAll(/[\s_.-]+/g, '');
    for (const part of Object.keys(columnNames) as Part[]) {
      if (columnNames[part].includes(word) && !columns.has(part)) columns.set(part, index);
    }
  });
  return columns;
}

function examplesOf(
  rows: readonly (readonly string[])[],
  columns: ReadonlyMap<Part, number>,
  fileFormat: Format | undefined,
): PastedExamples | undefined {
  const isPair = columns.has('preferred') && columns.has('other');
  const format = fileFormat ?? (isPair ? 'preference' : 'chat');
  const needed: readonly Part[] = format === 'preference' ? ['question', 'preferred', 'other'] : ['question', 'answer'];
  if (rows.length === 0 || !needed.every((part) => columns.has(part))) {
    return undefined;
  }
  const complete = rows.filter((cells) => needed.every((part) => cellOf(cells, columns, part) !== ''));
  const lines = complete.map((cells) => toLine(format, (part) => cellOf(cells, columns, part)));
  return lines.length === 0 ? undefined : { from: 'table', lines, skipped: rows.length - complete.length };
}

function cellOf(cells: readonly string[], columns: ReadonlyMap<Part, number>, part: Part): string {
  return cells[columns.get(part) ?? -1]?.trim() ?? '';
}

function toLine(format: Format, cell: (part: Part) => string): string {
  const system = cell('system');
  const asked = [
    ...(system === '' ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: cell('question') },
  ];
  const said = (part: Part) => [{ role: 'assistant', content: cell(part) }];
  switch (format) {
    case 'chat':
      return toTrainingLine([...asked, ...said('answer')]);
    case 'preference':
      return toWrittenJson({
        input: { messages: asked },
        preferred_output: said('preferred'),
        non_preferred_output: said('other'),
      });
    case 'reinforcement':
      return toWrittenJson({ messages: asked, reference_answer: cell('answer') });
    case 'completion':
      return toWrittenJson({ prompt: cell('question'), completion: cell('answer') });
  }
}
