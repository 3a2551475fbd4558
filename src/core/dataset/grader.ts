/** How templates (`{{ item.name }}`) and graders in Python (`item["name"]`, `item.get("name")`) refer to a field. */
const references = [
  /\{\{\s*item\.([A-Za-z_]\w*)/g,
  /\bitem\s*\[\s*["']([^"']{1,80})["']\s*\]/g,
  /\bitem\.get\(\s*["']([^"']{1,80})["']/g,
];

/** Deeper graders do not exist; it keeps hostile ones from filling the stack. */
const mostDepth = 50;

/** The fields of an example that a grader refers to, each once, in order. Source: OpenAI's guide to graders. */
export function graderFieldsOf(grader: unknown): readonly string[] {
  const fields = new Set<string>();
  collect(grader, fields, 0);
  return [...fields];
}

function collect(value: unknown, fields: Set<string>, depth: number): void {
  if (typeof value === 'string') {
    for (const reference of references) {
      for (const [, field] of value.matchAll(reference)) {
        if (field !== undefined) {
          fields.add(field);
        }
      }
    }
  } else if (typeof value === 'object' && value !== null && depth < mostDepth) {
    for (const item of Object.values(value)) {
      collect(item, fields, depth + 1);
    }
  }
}
