import { getLanguageService, type JSONSchema } from 'vscode-json-languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';

/** The shape of a supervised chat example: a small part of what the rules check. */
const schema: JSONSchema = {
  type: 'object',
  required: ['messages'],
  additionalProperties: false,
  properties: {
    messages: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['role'],
        additionalProperties: false,
        properties: {
          role: { enum: ['system', 'user', 'assistant', 'tool', 'function', 'developer'] },
          content: { type: ['string', 'array', 'null'] },
          name: { type: 'string' },
          weight: { enum: [0, 1] },
          tool_calls: { type: 'array' },
          tool_call_id: { type: 'string' },
        },
      },
    },
    tools: { type: 'array' },
    functions: { type: 'array' },
    parallel_tool_calls: { type: 'boolean' },
  },
};

/** Validates each line with VS Code's own JSON service and a schema; the number of findings. */
export async function validateWithLanguageService(lines: readonly string[]): Promise<number> {
  const service = getLanguageService({});
  service.configure({ schemas: [{ uri: 'bench://chat', fileMatch: ['*'], schema }] });
  let found = 0;
  for (const [index, line] of lines.entries()) {
    const document = TextDocument.create(`bench://${index}.json`, 'json', 1, line);
    found += (await service.doValidation(document, service.parseJSONDocument(document), { schemaValidation: 'error' }, schema)).length;
  }
  return found;
}
