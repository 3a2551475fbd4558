export const codeLanguages = ['typescript', 'python', 'curl'] as const;
export type CodeLanguage = (typeof codeLanguages)[number];

export type CodeFacts = {
  readonly baseURL: string;
  readonly model: string;
  /** As in training; '' = none. */
  readonly system: string;
  readonly question: string;
  /** Name of the environment variable that holds the key. The key itself is never written. */
  readonly keyVariable: string;
};

/** A program that asks the model one question, with nothing to install but the client of its language. */
export function exportCode(language: CodeLanguage, facts: CodeFacts): string {
  switch (language) {
    case 'typescript':
      return typescript(facts);
    case 'python':
      return python(facts);
    case 'curl':
      return curl(facts);
    default:
      return language satisfies never;
  }
}

function typescript({ baseURL, keyVariable, ...facts }: CodeFacts): string {
  const messages = toMessages(facts).map(({ role, content }) => `    { role: '${role}', content: ${quote(content)} },`);
  return `// npm install openai
import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: ${quote(baseURL)},
  apiKey: process.env[${quote(keyVariable)}],
});

const completion = await client.chat.completions.create({
  model: ${quote(facts.model)},
  messages: [
${messages.join('\n')}
  ],
  temperature: 0,
});
console.log(completion.choices[0]?.message.content);
`;
}

function python({ baseURL, keyVariable, ...facts }: CodeFacts): string {
  const messages = toMessages(facts).map(({ role, content }) => `        {"role": "${role}", "content": ${quote(content)}},`);
  return `# pip install openai
import os

from openai import OpenAI

client = OpenAI(
    base_url=${quote(baseURL)},
    api_key=os.environ[${quote(keyVariable)}],
)

completion = client.chat.completions.create(
    model=${quote(facts.model)},
    messages=[
${messages.join('\n')}
    ],
    temperature=0,
)
print(completion.choices[0].message.content)
`;
}

function curl({ baseURL, keyVariable, ...facts }: CodeFacts): string {
  const body = JSON.stringify({ model: facts.model, messages: toMessages(facts), temperature: 0 }, null, 2);
  return `curl ${shellQuote(`${baseURL}/chat/completions`)} \\
  -H "Authorization: Bearer $${keyVariable}" \\
  -H 'Content-Type: application/json' \\
  -d ${shellQuote(body)}
`;
}

function toMessages({ system, question }: Pick<CodeFacts, 'system' | 'question'>) {
  const asked = { role: 'user', content: question } as const;
  return system === '' ? [asked] : [{ role: 'system', content: system } as const, asked];
}

/** A JSON string is a string of TypeScript and of Python too; line separators are spelled out, which older ones end lines at. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** Nothing means anything between single quotes, so a quote is put outside of them. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
