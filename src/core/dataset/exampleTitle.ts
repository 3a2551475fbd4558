import { isRecord } from './format.ts';

const longestTitle = 80;

/** What a person would call an example: the first words of its question, or of what it has instead. */
export function exampleTitle(example: unknown): string | undefined {
  if (!isRecord(example)) return undefined;
  const input = isRecord(example['input']) ? example['input'] : example;
  const messages = Array.isArray(input['messages']) ? (input['messages'] as readonly unknown[]) : [];
  const said = messages.filter(isRecord);
  // Where nobody is called the user, what every example starts with tells least.
  const asked = said.find(({ role }) => role === 'user') ?? said.find(({ role }) => role !== 'system' && role !== 'developer') ?? said[0];
  return firstWords(contentText(asked?.['content'] ?? example['prompt']));
}

/** The text of a message, of the text parts if it has parts. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as readonly unknown[]).map((part) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : '')).join(' ');
}

/** The first words of a text on one line; undefined of one without words. */
export function firstWords(text: string): string | undefined {
  const line = text.slice(0, 4 * longestTitle).replaceAll(/\s+/g, ' ').trim();
  if (line === '') return undefined;
  if (line.length <= longestTitle) return line;
  const cut = line.slice(0, longestTitle);
  const space = cut.lastIndexOf(' ');
  return `${space > longestTitle / 2 ? cut.slice(0, space) : cut.replace(/[\uD800-\uDBFF]$/, '')}…`;
}
