import type { Format } from '../../../src/core/dataset/format.ts';
import type { ProblemCode } from '../../../src/core/dataset/problem.ts';

export const u = '{"role": "user", "content": "q"}';
export const a = '{"role": "assistant", "content": "a"}';
export const b = '{"role": "assistant", "content": "b"}';
const fn = '{"name": "f", "parameters": {"type": "object", "properties": {}}}';
const call = '{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}';
const answered = '{"role": "tool", "tool_call_id": "c1", "content": "r"}';
const calls = (...items: readonly string[]): string => `{"role": "assistant", "tool_calls": [${items.join(', ')}]}`;

const chat = (messages: readonly string[], ...rest: readonly string[]): string =>
  `{${[`"messages": [${messages.join(', ')}]`, ...rest].join(', ')}}`;
const withParameters = (parameters: string, declaration = '"name": "f"'): string =>
  chat([u, a], `"tools": [{"type": "function", "function": {${declaration}, "parameters": ${parameters}}}]`);
const calling = (given: string, parameters: string): string =>
  chat(
    [u, calls(`{"id": "c1", "type": "function", "function": {"name": "f", "arguments": ${given}}}`)],
    `"tools": [{"type": "function", "function": {"name": "f", "parameters": ${parameters}}}]`,
  );
const schema = (properties: string, rest = ''): string => `{"type": "object", "properties": ${properties}${rest}}`;

const pair = (input: string, preferred = `[${a}]`, other = `[${b}]`): string =>
  `{"input": ${input}, "preferred_output": ${preferred}, "non_preferred_output": ${other}}`;
const asked = `{"messages": [${u}]}`;

/** The start of a PNG, RGBA unless another color type is given, as Base64. */
export function png(colorType = 6, bytes = 40): string {
  const header = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, colorType];
  return Buffer.concat([Buffer.from(header), Buffer.alloc(bytes - header.length)]).toString('base64');
}
const image = (url: string): string => chat([`{"role": "user", "content": [{"type": "image_url", "image_url": {"url": ${url}}}]}`, a]);
const data = (mediaType: string, bytes: string): string => `"data:${mediaType};base64,${bytes}"`;
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const shown = '{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}';

/** Each line as a line of a file of the format, with the place of its one problem between « and », or without one. */
export const formatLines: readonly (readonly [format: Format, code: ProblemCode | 'none', marked: string])[] = [
  ['chat', 'none', image(data('image/png', png()))],
  ['chat', 'none', image(data('IMAGE/PNG', png(2)))],
  ['chat', 'none', image(data('image/jpg', base64('\u00ff\u00d8\u00ff\u00e0xxxxxxxx')))],
  ['chat', 'none', image(data('image/webp', base64('RIFFxxxxWEBPVP8 ')))],
  ['chat', 'none', chat([`{"role": "user", "content": [${Array.from({ length: 10 }, () => shown).join(', ')}]}`, a])],
  ['chat', 'example.images.tooMany', `{«"messages"»: [{"role": "user", "content": [${Array.from({ length: 11 }, () => shown).join(', ')}]}, ${a}]}`],
  ['chat', 'content.part.image.base64', image('«"data:image/png;base64,not base64!"»')],
  ['chat', 'content.part.image.base64', image('«"data:image/png,rawbytes"»')],
  ['chat', 'content.part.image.base64', image('«"data:image/png;base64,"»')],
  ['chat', 'content.part.image.format', image(`«${data('image/gif', base64('GIF89a..........'))}»`)],
  ['chat', 'content.part.image.format', image(`«${data('image/png', base64('just some text'))}»`)],
  ['chat', 'content.part.image.mediaType', image(`«${data('image/jpeg', png())}»`)],
  ['chat', 'content.part.image.colors', image(`«${data('image/png', png(3))}»`)],
  ['chat', 'content.part.image.tooLarge', image(`«${data('image/png', png(6, 10 * 1024 * 1024 + 1))}»`)],
  ['chat', 'none', image(data('image/png', png(6, 10 * 1024 * 1024)))],

  ['chat', 'none', withParameters(schema('{"a": {"type": ["string", "null"], "enum": ["x", null]}, "b": {"type": "array", "items": {"type": "integer"}}}', ', "required": ["a"]'))],
  ['chat', 'none', withParameters('{}')],
  ['chat', 'none', withParameters('{"$ref": "#/$defs/x", "$defs": {"x": {"type": "object"}}}')],
  ['chat', 'none', withParameters(schema('{"a": true, "type": {"type": "string"}}', ', "additionalProperties": false'))],
  ['chat', 'tool.parameters.type.missing', withParameters('«{"properties": {}}»')],
  ['chat', 'tool.schema.wrongType', withParameters(schema('«[]»'))],
  ['chat', 'tool.schema.wrongType', withParameters(schema('{"a": «"string"»}'))],
  ['chat', 'tool.schema.wrongType', withParameters(schema('{"a": {"type": "string", "required": «true»}}'))],
  ['chat', 'tool.schema.type.unknown', withParameters(schema('{"a": {"type": «"str"»}}'))],
  ['chat', 'tool.schema.type.unknown', withParameters(schema('{"a": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": «"any"»}]}}}'))],
  ['chat', 'tool.schema.required.undeclared', withParameters(schema('{"a": {"type": "string"}}', ', "required": ["a", «"b"»]'))],
  ['chat', 'tool.schema.enum.empty', withParameters(schema('{"a": {"type": "string", "enum": «[]»}}'))],
  ['chat', 'tool.schema.items.missing', withParameters(schema('{"a": «{"type": "array"}»}'))],
  ['chat', 'tool.strict.open', withParameters(`«${schema('{"a": {"type": "string"}}', ', "additionalProperties": false')}»`, '"name": "f", "strict": true')],
  ['chat', 'tool.strict.open', withParameters(`«${schema('{"a": {"type": "string"}}', ', "required": ["a"]')}»`, '"name": "f", "strict": true')],
  ['chat', 'none', withParameters(schema('{"a": {"type": "string"}}', ', "required": ["a"], "additionalProperties": false'), '"name": "f", "strict": true')],
  ['chat', 'tools.count', `{"messages": [${u}, ${a}], «"tools"»: [${Array.from({ length: 129 }, (_, index) => `{"type": "function", "function": {"name": "f${index}"}}`).join(', ')}]}`],
  ['chat', 'none', calling('"{\\"a\\": 1, \\"b\\": \\"x\\"}"', schema('{"a": {"type": "number"}, "b": {"enum": ["x", "y"]}}', ', "required": ["a"]'))],
  ['chat', 'toolCall.arguments.mismatch', calling('«"{}"»', schema('{"a": {"type": "string"}}', ', "required": ["a"]'))],
  ['chat', 'toolCall.arguments.mismatch', calling('«"{\\"a\\": 1.5}"»', schema('{"a": {"type": "integer"}}'))],
  ['chat', 'toolCall.arguments.mismatch', calling('«"{\\"a\\": \\"z\\"}"»', schema('{"a": {"type": "string", "enum": ["x", "y"]}}'))],
  ['chat', 'toolCall.arguments.mismatch', calling('«"{\\"z\\": 1}"»', schema('{}', ', "additionalProperties": false'))],
  ['chat', 'toolAnswer.repeated', chat([u, calls(call), answered, answered.replace('"c1"', '«"c1"»'), a], `"tools": [{"type": "function", "function": ${fn}}]`)],
  ['chat', 'functionAnswer.unmatched', chat([u, '{"role": "function", "name": «"g"», "content": "r"}', a])],
  ['chat', 'functionCall.besideToolCalls', chat([u, `{"role": "assistant", "tool_calls": [${call}], «"function_call"»: {"name": "f", "arguments": "{}"}}`], `"tools": [{"type": "function", "function": ${fn}}]`)],

  ['preference', 'none', pair(asked)],
  ['preference', 'none', pair(`{"messages": [{"role": "system", "content": "s"}, ${u}, ${a}, ${u}], "tools": [], "parallel_tool_calls": false}`)],
  ['preference', 'preference.key.missing', `«{"preferred_output": [${a}], "non_preferred_output": [${b}]}»`],
  ['preference', 'preference.key.missing', `«{"input": ${asked}, "preferred_output": [${a}]}»`],
  ['preference', 'preference.key.renamed', pair(asked).replace('"non_preferred_output"', '«"rejected"»')],
  ['preference', 'preference.key.renamed', pair(asked).replace('"preferred_output"', '«"preferred_completion"»')],
  ['preference', 'example.key.unknown', pair(asked).replace('{"input"', '{«"id"»: 3, "input"')],
  ['preference', 'example.key.unknown', pair(`{"messages": [${u}], «"model"»: "m"}`)],
  ['preference', 'preference.input.wrongType', pair('«"q"»')],
  ['preference', 'example.messages.missing', pair('«{}»')],
  ['preference', 'example.messages.missing', pair(`{«"conversation"»: [${u}]}`)],
  ['preference', 'example.messages.empty', pair('{"messages": «[]»}')],
  ['preference', 'example.messages.wrongType', pair('{"messages": «"q"»}')],
  ['preference', 'example.user.missing', pair('{«"messages"»: [{"role": "system", "content": "s"}]}')],
  ['preference', 'message.role.unknown', pair('{"messages": [{"role": «"human"», "content": "q"}]}')],
  ['preference', 'preference.input.endsWithAssistant', pair(`{"messages": [${u}, {"role": «"assistant"», "content": "x"}]}`)],
  ['preference', 'preference.output.wrongType', pair(asked, '«"a"»')],
  ['preference', 'preference.output.count', pair(asked, '«[]»')],
  ['preference', 'preference.output.count', pair(asked, `[${a}]`, `«[${b}, ${b}]»`)],
  ['preference', 'preference.output.role', pair(asked, '[{"role": «"user"», "content": "a"}]')],
  ['preference', 'message.wrongType', pair(asked, '[«"a"»]')],
  ['preference', 'message.empty', pair(asked, '[«{"role": "assistant"}»]')],
  ['preference', 'message.content.surroundingSpace', pair(asked, '[{"role": "assistant", "content": «" a"»}]')],
  ['preference', 'preference.outputs.equal', pair(asked, `[${a}]`, `[${a}]`).replace('"non_preferred_output"', '«"non_preferred_output"»')],
  ['preference', 'preference.image', pair('{"messages": [{"role": "user", "content": [{"type": «"image_url"», "image_url": {"url": "https://a.example/b.png"}}]}]}')],

  ['reinforcement', 'none', chat([u], '"answer": 3')],
  ['reinforcement', 'none', chat(['{"role": "developer", "content": "d"}', u, a, u], '"reference_answer": {"x": [1]}', '"tools": []')],
  ['reinforcement', 'none', chat([u, calls(call), answered], '"answer": 3', `"tools": [{"type": "function", "function": ${fn}}]`)],
  ['reinforcement', 'reinforcement.answer', `«${chat([u, a])}»`],
  ['reinforcement', 'reinforcement.role.notAllowed', chat(['{"role": «"system"», "content": "s"}', u], '"answer": 3')],
  ['reinforcement', 'reinforcement.fields.none', `«${chat([u])}»`],
  ['reinforcement', 'reinforcement.field.name', chat([u], '«"the answer"»: 3')],
  ['reinforcement', 'example.messages.missing', '«{"answer": 3}»'],
  ['reinforcement', 'example.messages.empty', '{"messages": «[]», "answer": 3}'],

  ['completion', 'none', '{"prompt": "p ->", "completion": " c\\n"}'],
  ['completion', 'none', '{"prompt": "", "completion": "c"}'],
  ['completion', 'completion.key.missing', '«{"prompt": "p"}»'],
  ['completion', 'completion.key.unknown', '{"prompt": "p", "completion": "c", «"id"»: 1}'],
  ['completion', 'completion.value.wrongType', '{"prompt": "p", "completion": «7»}'],
  ['completion', 'completion.value.wrongType', '{"prompt": «["p"]», "completion": "c"}'],
  ['completion', 'completion.empty', '{"prompt": "p", "completion": «" "»}'],
  ['completion', 'completion.long', `{"prompt": "${'p'.repeat(9990)}", «"completion"»: "${'c'.repeat(20)}"}`],
];
