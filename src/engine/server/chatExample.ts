import { formatOf, isRecord } from '../../core/dataset/format.ts';
import { checkLine } from '../../core/dataset/line.ts';
import { rules, type ProblemFacts } from '../../core/dataset/problem.ts';
import { checkChatExample } from '../../core/dataset/rules/example.ts';
import { Findings, type Finding } from '../../core/dataset/rules/findings.ts';
import { defaultRuleset } from '../../core/dataset/ruleset.ts';

export type ExampleFault = { readonly code: string; readonly message: string };

/**
 * What makes the service refuse a line of a supervised chat file, in its own words; undefined if it takes the line.
 * The verdict is that of the validator, so that a file without errors in the editor is never refused here.
 * `example` counts lines of the file from 1. A blank line is no fault.
 */
export function exampleFault(text: string, validUtf8: boolean, example: number): ExampleFault | undefined {
  const { kind, format, problems, as } = checkLine(text, { first: example === 1, validUtf8 });
  if (kind === 'blank') {
    return undefined;
  }
  if (kind === 'broken') {
    return brokenLine(problems.find(isError), example);
  }
  if (format === 'preference' || format === 'completion' || format === 'reinforcement') {
    return invalid(
      `Example ${example} is in the ${wireFormats[format]} format, but the specified fine-tuning job is not using it as ` +
        'the training method (provided method=supervised, which needs chat messages with an answer of the assistant).',
    );
  }
  const textFault = problems.find(isError);
  if (textFault !== undefined) {
    return invalid(`Example ${example} cannot be used (${textFault.code}). (line ${example})`);
  }
  return as.chat?.some(isError) ? chatFault(text, example) : undefined;
}

const wireFormats = {
  preference: 'fine-tune-preference',
  completion: 'fine-tune-completion',
  reinforcement: 'fine-tune-reinforcement',
} as const;

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
    return invalid(`Example ${example} is missing key 'messages'.`);
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

function invalid(message: string): ExampleFault {
  return { code: 'invalid_training_file', message: `Invalid file format. ${message}` };
}
