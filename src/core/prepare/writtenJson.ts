/** Nested deeper than this is no row of data, and recursive walkers would run out of stack. */
const maxDepth = 64;

/**
 * JSON on one line as the field's own tools write it: `, ` and `: ` between tokens, raw UTF-8 (only what JSON
 * demands is escaped, lone surrogates included).
 * @throws RangeError when nested deeper than 64
 */
export function toWrittenJson(value: unknown, depth = 0): string {
  if (depth > maxDepth) throw new RangeError(`nested deeper than ${maxDepth}`);
  if (Array.isArray(value)) return `[${value.map((item) => toWrittenJson(item, depth + 1)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    const written = members.map(([key, member]) => `${JSON.stringify(key)}: ${toWrittenJson(member, depth + 1)}`);
    return `{${written.join(', ')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** One line of a supervised chat file, without its line feed. */
export function toTrainingLine(messages: readonly { readonly role: string; readonly content: string }[]): string {
  const written = messages.map(
    ({ role, content }) => `{"role": ${JSON.stringify(role)}, "content": ${JSON.stringify(content)}}`,
  );
  return `{"messages": [${written.join(', ')}]}`;
}
