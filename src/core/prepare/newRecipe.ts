import { escapeTemplate } from './template.ts';

type NewRecipe = {
  /** The source, relative to the recipe. */
  readonly file: string;
  readonly question: string;
  readonly answer: string;
  /** Follows the answer as ` Explanation: …`; null for none. */
  readonly explanation: string | null;
  readonly system: string;
  /** Name of the outputs without `.train.jsonl`. */
  readonly outputName: string;
};

/** The text of a recipe for a table of questions and answers; a tenth of it is set aside for validation. */
export function newRecipeText(options: NewRecipe): string {
  const { file, question, answer, explanation, system, outputName } = options;
  const columns = [question, answer, ...(explanation === null ? [] : [explanation])];
  const says = explanation === null ? `{{${answer}}}` : `{{${answer}}} Explanation: {{${explanation}}}`;
  const message = (role: string, content: string): string =>
    `    { "role": "${role}", "content": ${JSON.stringify(content)} }`;
  const messages = [
    ...(system === '' ? [] : [message('system', escapeTemplate(system))]),
    message('user', `{{${question}}}`),
    message('assistant', says),
  ];
  return `{
  "version": 1,
  "source": { "file": ${JSON.stringify(file)} },
  "keepWhere": { "notEmpty": [${columns.map((column) => JSON.stringify(column)).join(', ')}] },
  "messages": [
${messages.join(',\n')}
  ],
  "dedupe": "exact",
  "validation": { "fraction": 0.1, "seed": 42 },
  "outputs": {
    "training": ${JSON.stringify(`${outputName}.train.jsonl`)},
    "validation": ${JSON.stringify(`${outputName}.validation.jsonl`)}
  }
}
`;
}

/** A column that a placeholder can name: braces would end it, and blanks around it would be lost. */
export function canBePlaceholder(column: string): boolean {
  return column !== '' && column === column.trim() && !/[{}]/.test(column);
}

const likelyNames = {
  question: ['question', 'prompt', 'input', 'instruction', 'query', 'user', 'title', 'text', 'body'],
  answer: ['correct_answer', 'answer', 'completion', 'output', 'response', 'label', 'assistant', 'reply', 'target'],
  explanation: ['support', 'explanation', 'rationale', 'reason', 'context', 'solution'],
} as const;

/** The column that is probably meant, by its name; undefined if no name says so. */
export function guessColumn(part: keyof typeof likelyNames, columns: readonly string[]): string | undefined {
  const names = columns.map((column) => ({ column, name: column.toLowerCase().replaceAll(/[\s-]+/g, '_') }));
  for (const likely of likelyNames[part]) {
    const exact = names.find(({ name }) => name === likely);
    if (exact) return exact.column;
  }
  for (const likely of likelyNames[part]) {
    const similar = names.find(({ name }) => name.split('_').includes(likely));
    if (similar) return similar.column;
  }
  return undefined;
}
