import { isRecord } from './format.ts';

/** Text of the system message that a chat example starts with; undefined if the line has none or is broken. */
export function systemPromptOf(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line.startsWith('\uFEFF') ? line.slice(1) : line);
  } catch {
    return undefined;
  }
  const messages = isRecord(value) ? value['messages'] : undefined;
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined;
  if (!isRecord(first) || (first['role'] !== 'system' && first['role'] !== 'developer')) {
    return undefined;
  }
  const content = first['content'];
  if (typeof content === 'string') {
    return content;
  }
  const texts = Array.isArray(content) ? content.map((part: unknown) => (isRecord(part) ? part['text'] : undefined)) : [];
  const known = texts.filter((text): text is string => typeof text === 'string');
  return known.length > 0 ? known.join('\n') : undefined;
}
