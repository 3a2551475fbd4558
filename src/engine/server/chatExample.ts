import { formatOf, isRecord } from '../../core/dataset/format.ts';
import { checkLine } from '../../core/dataset/line.ts';
import { rules, type ProblemFacts } from '../../core/dataset/problem.ts';
import { checkChatExample } from '../../core/dataset/rules/example.ts';
import { Findings, type Finding } from '../../core/dataset/rules/findings.ts';
import { defaultRuleset } from '../../core/dataset/ruleset.ts';
import { quote } from './apiError.ts';

export type ExampleFault = { readonly code: string; readonly message: string };

/**
 * What makes the service refuse a line of a supervised chat file, in its own words; undefined if it takes the line.
 * The verdict is that of the validator, so that a file without errors in the editor is never refused here.
 * `example` counts lines of the file from 1. A blank line is no fault.
 */
export function exampleFault(
  text: string,
  validUtf8: boolean,
  { example, fileId }: { readonly example: number; readonly fileId: string },
): ExampleFault | undefined {
  const { kind, format, problems, as } = checkLine(text, { first: example === 1, decoded: { validUtf8 } });
  if (kind === 'blank') {
    return undefined;
  }
  if (kind === 'broken') {
    return brokenLine(problems.find(isError), example);
  }
  if (format === 'preference' || format === 'completion' || format === 'reinforcement') {
    return invalid(
      `Input file ${fileId} is in the fine-tune-${format} format, but the specified fine-tuning job is not using ` +
        `'${methods[format]}' as the training method (provided method=supervised). (line ${example})`,
    );
  }
  const textFault = problems.find(isError);
  if (textFault !== undefined) {
    return invalid(`Example ${example} cannot be used (${textFault.code}). (line ${example})`);
  }
  return as.chat?.some(isError) ? chatFault(text, example) : undefined;
}

/** How each format is trained on; prompts with completions are the chat examples of older models. */
const methods = { preference: 'dpo', completion: 'legacy completions', reinforcement: 'reinforcement' } as const;

function isError({ code }: { readonly code: ProblemFacts['code'] }): boolean {
  return rules[code].severity === 'error';
}

function brokenLine(problem: ({ readonly span: { readonly start: number } } & ProblemFacts) | undefined, example: number): ExampleFault {
  if (problem === undefined || problem.code === 'json.notObject') {
    return invalid(`Example ${example} is not a JSON object.`);
  }
  if (problem.code === 'line.invalidUtf8') {
    return invalid(`Example ${example} cannot be parsed. Error: line is not valid UTF-8 (line ${example})`);
  }
  const char = problem.span.start;
  return invalid(
    `Example ${example} cannot be parsed. Error: line contains invalid json: ${problem.code}: ` +
      `line 1 column ${char + 1} (char ${char}) (line ${example})`,
  );
}

/** The same rules once more, for the number of the message that the service tells. */
function chatFault(text: string, example: number): ExampleFault {
  const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
  const findings = new Findings(defaultRuleset);
  if (isRecord(value) && formatOf(value) !== undefined) {
    checkChatExample(value, findings);
  } else {
    // A file that begins with something else was hardly meant to be one of chats.
    return invalid(
      example === 1
        ? 'Unexpected file format, expected either prompt/completion pairs or chat messages.'
        : `Example ${example} is missing key 'messages'.`,
    );
  }
  const finding = findings.list.find(({ facts }) => isError(facts));
  return finding === undefined ? invalid(`Example ${example} cannot be used.`) : sentenceOf(finding, example);
}

function sentenceOf({ facts, path }: Finding, example: number): ExampleFault {
  const index = path[0] === 'messages' && typeof path[1] === 'number' ? path[1] : undefined;
  const place = index === undefined ? `Example ${example}` : `Example ${example}, message ${index + 1}`;
  switch (facts.code) {
    case 'example.key.unknown':
      return {
        code: 'invalid_file_format',
        message: `Invalid file format. Example ${example} contains an extra ${JSON.stringify(facts.key.slice(0, 80))}.`,
      };
    case 'example.messages.missing':
      return invalid(`Example ${example} is missing key 'messages'.`);
    case 'message.role.missing':
      return invalid(`${place} Discriminator 'role' is missing in value`);
    case 'message.role.unknown':
      return invalid(
        `${place} Input tag ${quote(facts.role)} found using 'role' does not match any of the expected tags: ` +
          "'system', 'developer', 'user', 'assistant', 'tool', 'function'",
      );
    case 'content.part.wrongType':
      return invalid(`${place}: '${pythonTypes[facts.type] ?? facts.type}' object has no attribute 'get'`);
    case 'example.messages.empty':
      return invalid(`${place} has no messages.`);
    case 'message.weight.invalid':
      return invalid(`${place}: the weight must be 0 or 1.`);
    case 'example.assistant.missing':
      return invalid(`${place} must have at least one message from the assistant.`);
    case 'example.lastMessage.notAssistant':
      return invalid(`${place}: the last message must be from the assistant.`);
    case 'message.content.missing':
    case 'message.content.null':
    case 'message.empty':
      return invalid(`${place} is missing key 'content'.`);
    default:
      return invalid(`${place} does not match the expected schema (${facts.code}).`);
  }
}

/** The service is written in Python and tells so. */
const pythonTypes: Readonly<Record<string, string>> = { string: 'str', number: 'float', boolean: 'bool', null: 'NoneType', array: 'list' };

function invalid(message: string): ExampleFault {
  return { code: 'invalid_training_file', message: `Invalid file format. ${message}` };
}
