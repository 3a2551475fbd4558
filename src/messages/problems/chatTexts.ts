import { t } from '@vscode/l10n';
import type { ChatCodes } from '../../core/dataset/codes/chatCodes.ts';
import { formatName, typeName } from '../datasetWords.ts';
import type { TextsOf } from './textsOf.ts';

export const chatTexts: TextsOf<ChatCodes> = {
  'example.format.mixed': (problem) =>
    t('This example is in the format "{0}", and the file is in the format "{1}". The service wants one format per file. Move it to another file.', formatName(problem.format), formatName(problem.fileFormat)),
  'example.messages.missing': (problem) =>
    problem.near === undefined
      ? t('The example has no "messages", so there is nothing to train on. A chat example holds its conversation in the array "messages".')
      : t('The example has no "messages"; the conversation seems to be in "{0}". Rename the key.', problem.near),
  'example.messages.wrongType': (problem) =>
    t('"messages" is {0}, but it must be an array of messages.', typeName(problem.type)),
  'example.messages.empty': () =>
    t('"messages" is empty, so there is nothing to train on. Add messages, or delete the line.'),
  'example.key.unknown': (problem) =>
    t('The key "{0}" is not allowed in an example, and the service rejects the file because of it. Remove it.', problem.key),
  'example.assistant.missing': () =>
    t('No message is from the assistant, so the model has nothing to learn here. Add the answer it should give.'),
  'example.lastMessage.notAssistant': (problem) =>
    t('The last message is from "{0}", but an example must end with the answer of the assistant. Add an answer, or remove the messages after the last one.', problem.role),
  'example.user.missing': () =>
    t('No message is from the user. The model learns to answer without a question; check that this is meant.'),
  'example.system.position': (problem) =>
    problem.repeated
      ? t('This is a further system message. Models are used with one, at the start; merge them.')
      : t('The system message is not the first one. Models are used with it at the start; move it there.'),
  'example.roles.repeated': (problem) =>
    t('Two messages in a row are from "{0}". Some services reject that, and the model learns an unusual conversation. Merge them.', problem.role),
  'example.weights.allZero': () =>
    t('All assistant messages have the weight 0, so nothing of this example is trained on. Set the weight of the answer to learn to 1.'),
  'example.tokens.truncated': (problem) =>
    t('The example has {0} tokens, but only the first {1} are trained on. The end is cut without a word, and with it the answer; shorten the example.', problem.tokens, problem.maximum),
  'example.images.tooMany': (problem) =>
    t('The example shows {0} images, but services train on at most {1} per example. Leave some out.', problem.images, problem.maximum),
  'example.parallelToolCalls.wrongType': (problem) =>
    t('"parallel_tool_calls" is {0}, but it must be true or false.', typeName(problem.type)),
  'message.wrongType': (problem) =>
    t('This message is {0}, but each message must be an object with "role" and "content".', typeName(problem.type)),
  'message.role.missing': (problem) =>
    problem.near === undefined
      ? t('The message has no "role", so the service cannot tell who speaks. Add "system", "user", "assistant" or "tool".')
      : t('The message has no "role"; who speaks seems to be in "{0}". Rename the key.', problem.near),
  'message.role.wrongType': (problem) =>
    t('"role" is {0}, but it must be a string: "system", "user", "assistant" or "tool".', typeName(problem.type)),
  'message.role.unknown': (problem) =>
    problem.near === undefined
      ? t('"{0}" is not a role. Use "system", "user", "assistant" or "tool".', problem.role)
      : t('"{0}" is not a role. Did you mean "{1}"?', problem.role, problem.near),
  'message.role.developer': () =>
    t('Supervised training does not take the role "developer", only reinforcement does. Use "system".'),
  'message.key.unknown': (problem) =>
    problem.near === undefined
      ? t('A message has no key "{0}". Some checkers reject it, others ignore it. Remove it.', problem.key)
      : t('A message has no key "{0}". Did you mean "{1}"?', problem.key, problem.near),
  'message.key.misplaced': (problem) =>
    t('"{0}" belongs to messages of the role "{2}", but this one is from "{1}". Remove it, or correct the role.', problem.key, problem.role, problem.owner),
  'message.key.null': (problem) =>
    t('"{0}" is null, which services reject or ignore. Leave the key out.', problem.key),
  'message.content.missing': (problem) =>
    t('A message of the role "{0}" must have "content", and this one has none. Add it.', problem.role),
  'message.content.null': (problem) =>
    t('The content is null, but a message of the role "{0}" must have text. Write it, or remove the message.', problem.role),
  'message.content.wrongType': (problem) =>
    t('The content is {0}, but it must be a string or an array of parts.', typeName(problem.type)),
  'message.content.empty': (problem) =>
    problem.role === 'assistant'
      ? t('The answer is empty, so the model learns to say nothing. Write the answer, or delete the line.')
      : t('The content of this "{0}" message is empty. Write it, or remove the message.', problem.role),
  'message.content.surroundingSpace': () =>
    t('The answer starts or ends with white space, which the model learns to write too. Trim it.'),
  'message.empty': () =>
    t('The assistant says nothing here: there is neither "content" nor a tool call. Write the answer, or remove the message.'),
  'message.weight.invalid': (problem) =>
    t('The weight is {0}, but it must be the number 0 (do not train on this answer) or 1 (train on it).', problem.value),
  'message.weight.misplaced': (problem) =>
    t('Only answers of the assistant have a weight, and this message is from "{0}". Remove it.', problem.role),
  'message.weight.ignored': () =>
    t('This service knows no "weight": it trains on every answer. Remove it, or leave out what must not be learned.'),
  'message.name.ignored': () =>
    t('This service knows no "name" of a message. Remove it, or say who speaks in the text.'),
  'message.name.wrongType': (problem) =>
    t('"name" is {0}, but it must be a string.', typeName(problem.type)),
  'message.name.invalid': (problem) =>
    t('The name "{0}" may be rejected: names have 1 to 64 characters, no white space and none of < | \\ / >. Change it.', problem.name),
  'message.name.missing': () =>
    t('A message of the role "function" must have the "name" of the function that was called. Add it.'),
};
