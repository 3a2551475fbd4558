import { t } from '@vscode/l10n';
import type { ToolCodes } from '../../core/dataset/codes/toolCodes.ts';
import { argumentFault, typeName } from '../datasetWords.ts';
import type { TextsOf } from './textsOf.ts';

export const toolTexts: TextsOf<ToolCodes> = {
  'toolCalls.wrongType': (problem) =>
    t('"tool_calls" is {0}, but it must be an array of calls.', typeName(problem.type)),
  'toolCalls.empty': () =>
    t('"tool_calls" is empty, which services may reject. Leave the key out where nothing is called.'),
  'toolCall.wrongType': (problem) =>
    t('This tool call is {0}, but it must be an object with "id", "type" and "function".', typeName(problem.type)),
  'toolCall.id.missing': () =>
    t('The tool call has no "id", which its answer must name. Add one.'),
  'toolCall.id.wrongType': (problem) =>
    t('The "id" of the tool call is {0}, but it must be a string.', typeName(problem.type)),
  'toolCall.id.duplicate': (problem) =>
    t('The id "{0}" names an earlier tool call of this example too, so answers cannot be told apart. Give each call its own id.', problem.id),
  'toolCall.type.invalid': (problem) =>
    problem.type === undefined
      ? t('The tool call has no "type". Add "type": "function".')
      : t('The type of a tool call must be "function", and this one is "{0}".', problem.type),
  'toolCall.function.missing': (problem) =>
    problem.type === undefined
      ? t('The tool call has no "function" with a "name" and "arguments". Add it.')
      : t('"function" is {0}, but it must be an object with "name" and "arguments".', typeName(problem.type)),
  'toolCall.name.invalid': (problem) =>
    problem.type === undefined || problem.type === 'string'
      ? t('The call names no function. Add its "name".')
      : t('The name of the called function is {0}, but it must be a string.', typeName(problem.type)),
  'toolCall.name.undeclared': (problem) =>
    t('The function "{0}" is called here, but "tools" of this example does not declare it. Declare it, so that the model learns to call what it is offered.', problem.name),
  'toolCall.arguments.missing': () =>
    t('The call has no "arguments". Add them as a string that holds a JSON object; {0} stands for none.', '"{}"'),
  'toolCall.arguments.wrongType': (problem) =>
    t('"arguments" is {0}, but it must be a string that holds JSON. Turn it into one.', typeName(problem.type)),
  'toolCall.arguments.notJson': () =>
    t('The arguments are not valid JSON, and the model learns to write them so. Correct them.'),
  'toolCall.arguments.notObject': (problem) =>
    problem.encodedTwice
      ? t('The arguments are encoded as JSON twice: the string holds a string that holds the object. Remove one layer.')
      : t('The arguments are {0}, but they should be a JSON object with the parameters by name.', typeName(problem.type)),
  'toolCall.arguments.mismatch': (problem) =>
    t('The arguments do not fit the declared parameters: {0}. Correct the call or the declaration, or the model learns wrong calls.', argumentFault(problem.parameter, problem.fault)),
  'toolCall.unanswered': (problem) =>
    t('No message of the role "tool" answers the call "{0}" before the conversation goes on. Add the answer, or remove the call.', problem.id),
  'toolAnswer.callId.missing': () =>
    t('A message of the role "tool" must say in "tool_call_id" which call it answers. Add it.'),
  'toolAnswer.callId.wrongType': (problem) =>
    t('"tool_call_id" is {0}, but it must be a string.', typeName(problem.type)),
  'toolAnswer.callId.unmatched': (problem) =>
    t('No earlier tool call of this example has the id "{0}". Correct the id, or add the call.', problem.id),
  'toolAnswer.repeated': (problem) =>
    t('The call "{0}" was answered already. Remove one of the answers, or correct the id.', problem.id),
  'functionAnswer.unmatched': (problem) =>
    t('No earlier message of this example calls the function "{0}". Correct the name, or add the call.', problem.name),
  'functionCall.besideToolCalls': () =>
    t('The message calls both by "tool_calls" and by the older "function_call". Keep one of them.'),
  'functionCall.invalid': (problem) =>
    t('"function_call" is {0}, but it must be an object with "name" and "arguments".', typeName(problem.type)),
  'tools.wrongType': (problem) =>
    t('The declared tools are {0}, but they must be an array.', typeName(problem.type)),
  'tool.wrongType': (problem) =>
    t('This tool is {0}, but it must be an object that declares a function.', typeName(problem.type)),
  'tool.type.invalid': (problem) =>
    problem.type === undefined
      ? t('The tool has no "type". Add "type": "function".')
      : t('The type of a tool must be "function", and this one is "{0}".', problem.type),
  'tool.function.missing': (problem) =>
    problem.type === undefined
      ? t('The tool declares nothing: it needs the key "function" with "name" and "parameters" in it.')
      : t('"function" is {0}, but it must be an object with "name" and "parameters".', typeName(problem.type)),
  'tool.name.missing': (problem) =>
    problem.type === undefined
      ? t('The function has no "name". Add it.')
      : t('The name of the function is {0}, but it must be a string.', typeName(problem.type)),
  'tool.name.invalid': (problem) =>
    t('"{0}" is not a valid function name: it takes 1 to 64 letters from a to z, digits, _ and -. Change it here and in all calls.', problem.name),
  'tool.name.duplicate': (problem) =>
    t('The function "{0}" is declared more than once, so a call of it is ambiguous. Remove or rename one.', problem.name),
  'tool.description.wrongType': (problem) =>
    t('The description of the function is {0}, but it must be a string.', typeName(problem.type)),
  'tool.parameters.invalid': (problem) =>
    t('"parameters" is {0}, but it must be a JSON schema of an object.', typeName(problem.type)),
  'tool.parameters.notObjectSchema': (problem) =>
    t('The schema of the parameters describes "{0}", but it must describe an object ("type": "object").', problem.type),
  'tool.parameters.type.missing': () =>
    t('The schema of the parameters has no "type". Add "type": "object".'),
  'tool.schema.wrongType': (problem) =>
    t('"{0}" of this schema is {1}, which JSON Schema does not allow here. Correct it.', problem.key, typeName(problem.type)),
  'tool.schema.type.unknown': (problem) =>
    problem.near === undefined
      ? t('"{0}" is not a type of JSON Schema. Use string, number, integer, boolean, object, array or null.', problem.type)
      : t('"{0}" is not a type of JSON Schema. Did you mean "{1}"?', problem.type, problem.near),
  'tool.schema.required.undeclared': (problem) =>
    t('The parameter "{0}" is required, but "properties" does not describe it. Describe it, or take it off the list.', problem.name),
  'tool.schema.enum.empty': () =>
    t('"enum" is empty, so no value is allowed. List the values, or leave the key out.'),
  'tool.schema.items.missing': () =>
    t('The schema of an array does not say what its "items" are. Add them.'),
  'tool.strict.open': (problem) =>
    problem.missing.length === 0
      ? t('A strict function takes no further parameters. Add "additionalProperties": false to its schema.')
      : t('A strict function requires all its parameters, and its schema does not require {0}. List them as required, and allow no others.', problem.missing.join(', ')),
  'tool.strict.wrongType': (problem) =>
    t('"strict" is {0}, but it must be true or false.', typeName(problem.type)),
  'functions.deprecated': () =>
    t('"functions" is the older form of "tools". It is still accepted; new files use "tools".'),
  'tools.count': (problem) =>
    t('The example declares {0} tools, and chat requests take at most {1}. Leave out what is not used.', problem.count, problem.maximum),
  'functions.count': (problem) =>
    t('"functions" holds {0} items, but it must hold 1 to {1}.', problem.count, problem.maximum),
};
