import { t } from '@vscode/l10n';
import type { ProblemFacts } from '../core/dataset/problem.ts';
import { expectedText, formatName, megabytes, methodName, typeName } from './datasetWords.ts';

/** What is wrong, why it matters, and what to do, in whole sentences. */
export function problemText(problem: ProblemFacts): string {
  switch (problem.code) {
    case 'file.jsonArray':
      return t('This file is one JSON array, but a training file holds one JSON object per line. Convert it to JSON Lines.');
    case 'file.prettyPrinted':
      return t('The objects of this file are spread over several lines, but a training file holds one JSON object per line. Convert it to JSON Lines.');
    case 'file.encoding':
      return t('This file is encoded as {0}, but services read training files as UTF-8. Save it with the encoding UTF-8.', problem.encoding);
    case 'file.notText':
      return t('This file is not text but {0}. A training file is text with one JSON object per line.', problem.kind);
    case 'file.bom':
      return t('The file starts with a byte-order mark, which some services take for a part of the first line. Save it as UTF-8 without one.');
    case 'file.bomMissing':
      return t('This service asks for a byte-order mark at the start of the file, and there is none. Save it as UTF-8 with BOM.');
    case 'file.extension':
      return t('Services take training files only under a name that ends in .jsonl, and this one ends in "{0}". Rename the file.', problem.extension);
    case 'file.tooLarge':
      return t('The file has {0} MB, but one upload takes at most {1} MB. Split it, or leave examples out.', megabytes(problem.bytes), megabytes(problem.maximum));
    case 'file.tooFewExamples':
      return t('The file has too few examples: a job needs at least {1}, and there are {0}. Add more.', problem.examples, problem.minimum);
    case 'file.fewExamples':
      return t('The file has {0} examples. That is enough to start a job, but a model usually gets better only from {1} on.', problem.examples, problem.recommended);
    case 'file.format.unknown':
      return problem.keys.length === 0
        ? t('No line has the shape of a training example. A chat example is an object with the key "messages".')
        : t('No line has the shape of a training example; the first one has the keys {0}. A chat example is an object with the key "messages". A recipe turns such rows into examples.', problem.keys.join(', '));
    case 'file.format.method':
      return t('The examples are in the format "{0}", which the method "{1}" cannot train on. Choose another file or another method.', formatName(problem.format), methodName(problem.method));
    case 'file.format.notChecked':
      return t('The file is recognized as "{0}". Its lines are checked as JSON, but the rules of this format are not checked yet.', formatName(problem.format));
    case 'file.system.sometimes':
      return t('{0} of {1} examples have no system message, and the others have one. A model answers best with the system message it was trained with, so give one to all examples or to none.', problem.without, problem.examples);
    case 'file.moreProblems':
      return t('Only the first {1} problems are listed; there are {0} more. Mend these first.', problem.hidden, problem.shown);

    case 'line.blank':
      return t('This line is blank, and not every service skips blank lines. Delete it.');
    case 'line.tooLong':
      return t('This line is longer than {0} MB and was not checked. Check the file from the command line, or shorten the example.', megabytes(problem.maximum));
    case 'line.invalidUtf8':
      return t('This line holds bytes that are not UTF-8, so the service cannot read it. Save the file again from its source with the encoding UTF-8.');
    case 'line.replacementCharacter':
      return t('This is the character U+FFFD, which stands where text was damaged by a wrong encoding. Restore the original text, or the model learns the damage.');
    case 'json.syntax':
      return problem.found === ''
        ? t('This is not valid JSON: {0} is missing here. The service rejects the file at such a line.', expectedText(problem.expected))
        : t('This is not valid JSON: here stands "{1}" where {0} is expected. The service rejects the file at such a line.', expectedText(problem.expected), problem.found);
    case 'json.unclosed':
      return t('The line ends before its JSON does: "{0}" is missing. Each example stands complete on one line.', problem.closers);
    case 'json.comment':
      return t('This line is a comment, and JSON has none, so the service rejects the file. Uncomment the example, or delete the line.');
    case 'json.trailingComma':
      return t('JSON has no comma after the last item, and no comma between the lines of a file. Remove it.');
    case 'json.pythonLiteral':
      return t('This line was written by Python\'s repr and is not JSON: strings need double quotes, and True, False and None are true, false and null. Convert it, and write such files with json.dumps.');
    case 'json.nonFinite':
      return t('JSON has no "{0}". Use a number, null, or a string.', problem.word);
    case 'json.concatenated':
      return t('A second value starts here. Put each example on a line of its own.');
    case 'json.controlCharacter':
      return t('A JSON string cannot hold the control character U+{0} as it is. Write it as an escape sequence.', hex(problem.codePoint));
    case 'json.notObject':
      return t('This line holds {0}, but each line must hold a JSON object.', typeName(problem.type));
    case 'json.duplicateKey':
      return t('The key "{0}" occurs again later in the same object. Only the last one counts, so this value is ignored. Remove one of them.', problem.key);
    case 'json.loneSurrogate':
      return t('This text holds half of a character (a lone surrogate), which cannot be written as UTF-8. Restore or remove the character.');

    case 'example.format.mixed':
      return t('This example is in the format "{0}", and the file is in the format "{1}". The service wants one format per file. Move it to another file.', formatName(problem.format), formatName(problem.fileFormat));
    case 'example.messages.missing':
      return problem.near === undefined
        ? t('The example has no "messages", so there is nothing to train on. A chat example holds its conversation in the array "messages".')
        : t('The example has no "messages"; the conversation seems to be in "{0}". Rename the key.', problem.near);
    case 'example.messages.wrongType':
      return t('"messages" is {0}, but it must be an array of messages.', typeName(problem.type));
    case 'example.messages.empty':
      return t('"messages" is empty, so there is nothing to train on. Add messages, or delete the line.');
    case 'example.key.unknown':
      return t('The key "{0}" is not allowed in an example, and the service rejects the file because of it. Remove it.', problem.key);
    case 'example.assistant.missing':
      return t('No message is from the assistant, so the model has nothing to learn here. Add the answer it should give.');
    case 'example.lastMessage.notAssistant':
      return t('The last message is from "{0}", but an example must end with the answer of the assistant. Add an answer, or remove the messages after the last one.', problem.role);
    case 'example.user.missing':
      return t('No message is from the user. The model learns to answer without a question; check that this is meant.');
    case 'example.system.position':
      return problem.repeated
        ? t('This is a further system message. Models are used with one, at the start; merge them.')
        : t('The system message is not the first one. Models are used with it at the start; move it there.');
    case 'example.roles.repeated':
      return t('Two messages in a row are from "{0}". Some services reject that, and the model learns an unusual conversation. Merge them.', problem.role);
    case 'example.weights.allZero':
      return t('All assistant messages have the weight 0, so nothing of this example is trained on. Set the weight of the answer to learn to 1.');
    case 'example.parallelToolCalls.wrongType':
      return t('"parallel_tool_calls" is {0}, but it must be true or false.', typeName(problem.type));

    case 'message.wrongType':
      return t('This message is {0}, but each message must be an object with "role" and "content".', typeName(problem.type));
    case 'message.role.missing':
      return problem.near === undefined
        ? t('The message has no "role", so the service cannot tell who speaks. Add "system", "user", "assistant" or "tool".')
        : t('The message has no "role"; who speaks seems to be in "{0}". Rename the key.', problem.near);
    case 'message.role.wrongType':
      return t('"role" is {0}, but it must be a string: "system", "user", "assistant" or "tool".', typeName(problem.type));
    case 'message.role.unknown':
      return problem.near === undefined
        ? t('"{0}" is not a role. Use "system", "user", "assistant" or "tool".', problem.role)
        : t('"{0}" is not a role. Did you mean "{1}"?', problem.role, problem.near);
    case 'message.role.developer':
      return t('Supervised training does not take the role "developer", only reinforcement does. Use "system".');
    case 'message.key.unknown':
      return problem.near === undefined
        ? t('A message has no key "{0}". Some checkers reject it, others ignore it. Remove it.', problem.key)
        : t('A message has no key "{0}". Did you mean "{1}"?', problem.key, problem.near);
    case 'message.key.misplaced':
      return t('"{0}" belongs to messages of the role "{2}", but this one is from "{1}". Remove it, or correct the role.', problem.key, problem.role, problem.owner);
    case 'message.key.null':
      return t('"{0}" is null, which services reject or ignore. Leave the key out.', problem.key);
    case 'message.content.missing':
      return t('A message of the role "{0}" must have "content", and this one has none. Add it.', problem.role);
    case 'message.content.null':
      return t('The content is null, but a message of the role "{0}" must have text. Write it, or remove the message.', problem.role);
    case 'message.content.wrongType':
      return t('The content is {0}, but it must be a string or an array of parts.', typeName(problem.type));
    case 'message.content.empty':
      return problem.role === 'assistant'
        ? t('The answer is empty, so the model learns to say nothing. Write the answer, or delete the line.')
        : t('The content of this "{0}" message is empty. Write it, or remove the message.', problem.role);
    case 'message.content.surroundingSpace':
      return t('The answer starts or ends with white space, which the model learns to write too. Trim it.');
    case 'message.empty':
      return t('The assistant says nothing here: there is neither "content" nor a tool call. Write the answer, or remove the message.');
    case 'message.weight.invalid':
      return t('The weight is {0}, but it must be the number 0 (do not train on this answer) or 1 (train on it).', problem.value);
    case 'message.weight.misplaced':
      return t('Only answers of the assistant have a weight, and this message is from "{0}". Remove it.', problem.role);
    case 'message.name.wrongType':
      return t('"name" is {0}, but it must be a string.', typeName(problem.type));
    case 'message.name.invalid':
      return t('The name "{0}" may be rejected: names have 1 to 64 characters, no white space and none of < | \\ / >. Change it.', problem.name);
    case 'message.name.missing':
      return t('A message of the role "function" must have the "name" of the function that was called. Add it.');

    case 'content.parts.empty':
      return t('The content is an empty array. Put at least one part in it, or a string in its place.');
    case 'content.part.wrongType':
      return t('This part of the content is {0}, but it must be an object such as {1}.', typeName(problem.type), '{"type": "text", "text": "…"}');
    case 'content.part.type.missing':
      return t('This part of the content has no "type". Add "text" or "image_url".');
    case 'content.part.type.unknown':
      return t('"{0}" is not a type of content part. Use "text" or "image_url".', problem.type);
    case 'content.part.type.notAllowed':
      return t('A message of the role "{1}" cannot hold a part of the type "{0}". Remove the part, or move it to a message that may hold it.', problem.type, problem.role);
    case 'content.part.type.unsupported':
      return t('Fine-tuning takes no parts of the type "{0}", only text and images. Remove the part.', problem.type);
    case 'content.part.text.invalid':
      return problem.type === undefined
        ? t('This part has no "{0}". Add the text.', problem.key)
        : t('"{0}" of this part is {1}, but it must be a string.', problem.key, typeName(problem.type));
    case 'content.part.refusal.notAlone':
      return t('A refusal must be the only part of its message. Remove the other parts, or this one.');
    case 'content.part.image.invalid':
      return problem.type === undefined
        ? t('This part has no "image_url". Add {0}.', '{"url": "…"}')
        : t('"image_url" is {0}, but it must be an object such as {1}.', typeName(problem.type), '{"url": "…"}');
    case 'content.part.image.url':
      return problem.type === undefined || problem.type !== 'string'
        ? t('The image has no "url" that is a string. Add an http(s) address or a data URL.')
        : t('This is not the address of an image. Use an http(s) address or a data URL (data:image/…).');
    case 'content.part.image.detail':
      return t('"{0}" is not a level of detail. Use "auto", "low" or "high".', problem.detail);

    case 'toolCalls.wrongType':
      return t('"tool_calls" is {0}, but it must be an array of calls.', typeName(problem.type));
    case 'toolCalls.empty':
      return t('"tool_calls" is empty, which services may reject. Leave the key out where nothing is called.');
    case 'toolCall.wrongType':
      return t('This tool call is {0}, but it must be an object with "id", "type" and "function".', typeName(problem.type));
    case 'toolCall.id.missing':
      return t('The tool call has no "id", which its answer must name. Add one.');
    case 'toolCall.id.wrongType':
      return t('The "id" of the tool call is {0}, but it must be a string.', typeName(problem.type));
    case 'toolCall.id.duplicate':
      return t('The id "{0}" names an earlier tool call of this example too, so answers cannot be told apart. Give each call its own id.', problem.id);
    case 'toolCall.type.invalid':
      return problem.type === undefined
        ? t('The tool call has no "type". Add "type": "function".')
        : t('The type of a tool call must be "function", and this one is "{0}".', problem.type);
    case 'toolCall.function.missing':
      return problem.type === undefined
        ? t('The tool call has no "function" with a "name" and "arguments". Add it.')
        : t('"function" is {0}, but it must be an object with "name" and "arguments".', typeName(problem.type));
    case 'toolCall.name.invalid':
      return problem.type === undefined || problem.type === 'string'
        ? t('The call names no function. Add its "name".')
        : t('The name of the called function is {0}, but it must be a string.', typeName(problem.type));
    case 'toolCall.name.undeclared':
      return t('The function "{0}" is called here, but "tools" of this example does not declare it. Declare it, so that the model learns to call what it is offered.', problem.name);
    case 'toolCall.arguments.missing':
      return t('The call has no "arguments". Add them as a string that holds a JSON object; {0} stands for none.', '"{}"');
    case 'toolCall.arguments.wrongType':
      return t('"arguments" is {0}, but it must be a string that holds JSON. Turn it into one.', typeName(problem.type));
    case 'toolCall.arguments.notJson':
      return t('The arguments are not valid JSON, and the model learns to write them so. Correct them.');
    case 'toolCall.arguments.notObject':
      return problem.encodedTwice
        ? t('The arguments are encoded as JSON twice: the string holds a string that holds the object. Remove one layer.')
        : t('The arguments are {0}, but they should be a JSON object with the parameters by name.', typeName(problem.type));
    case 'toolCall.unanswered':
      return t('No message of the role "tool" answers the call "{0}" before the conversation goes on. Add the answer, or remove the call.', problem.id);
    case 'toolAnswer.callId.missing':
      return t('A message of the role "tool" must say in "tool_call_id" which call it answers. Add it.');
    case 'toolAnswer.callId.wrongType':
      return t('"tool_call_id" is {0}, but it must be a string.', typeName(problem.type));
    case 'toolAnswer.callId.unmatched':
      return t('No earlier tool call of this example has the id "{0}". Correct the id, or add the call.', problem.id);
    case 'functionCall.invalid':
      return t('"function_call" is {0}, but it must be an object with "name" and "arguments".', typeName(problem.type));

    case 'tools.wrongType':
      return t('The declared tools are {0}, but they must be an array.', typeName(problem.type));
    case 'tool.wrongType':
      return t('This tool is {0}, but it must be an object that declares a function.', typeName(problem.type));
    case 'tool.type.invalid':
      return problem.type === undefined
        ? t('The tool has no "type". Add "type": "function".')
        : t('The type of a tool must be "function", and this one is "{0}".', problem.type);
    case 'tool.function.missing':
      return problem.type === undefined
        ? t('The tool declares nothing: it needs the key "function" with "name" and "parameters" in it.')
        : t('"function" is {0}, but it must be an object with "name" and "parameters".', typeName(problem.type));
    case 'tool.name.missing':
      return problem.type === undefined
        ? t('The function has no "name". Add it.')
        : t('The name of the function is {0}, but it must be a string.', typeName(problem.type));
    case 'tool.name.invalid':
      return t('"{0}" is not a valid function name: it takes 1 to 64 letters from a to z, digits, _ and -. Change it here and in all calls.', problem.name);
    case 'tool.name.duplicate':
      return t('The function "{0}" is declared more than once, so a call of it is ambiguous. Remove or rename one.', problem.name);
    case 'tool.description.wrongType':
      return t('The description of the function is {0}, but it must be a string.', typeName(problem.type));
    case 'tool.parameters.invalid':
      return t('"parameters" is {0}, but it must be a JSON schema of an object.', typeName(problem.type));
    case 'tool.parameters.notObjectSchema':
      return t('The schema of the parameters describes "{0}", but it must describe an object ("type": "object").', problem.type);
    case 'tool.strict.wrongType':
      return t('"strict" is {0}, but it must be true or false.', typeName(problem.type));
    case 'functions.deprecated':
      return t('"functions" is the older form of "tools". It is still accepted; new files use "tools".');
    case 'functions.count':
      return t('"functions" holds {0} items, but it must hold 1 to {1}.', problem.count, problem.maximum);
  }
}

function hex(codePoint: number): string {
  return codePoint.toString(16).toUpperCase().padStart(4, '0');
}
