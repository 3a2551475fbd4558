import { t } from '@vscode/l10n';
import type { FormatCodes } from '../../core/dataset/codes/formatCodes.ts';
import { typeName } from '../datasetWords.ts';
import type { TextsOf } from './textsOf.ts';

export const formatTexts: TextsOf<FormatCodes> = {
  'preference.key.missing': (problem) =>
    t('The pair has no "{0}". A preference example has "input", "preferred_output" and "non_preferred_output".', problem.key),
  'preference.key.renamed': (problem) =>
    t('"{0}" is what other formats call "{1}". Rename the key.', problem.key, problem.meant),
  'preference.input.wrongType': (problem) =>
    t('"input" is {0}, but it must be an object with "messages".', typeName(problem.type)),
  'preference.input.endsWithAssistant': () =>
    t('The input ends with the assistant, so the two outputs do not answer anything. End it with the question.'),
  'preference.output.wrongType': (problem) =>
    t('"{0}" is {1}, but it must be an array with one message of the assistant.', problem.key, typeName(problem.type)),
  'preference.output.count': (problem) =>
    problem.count === 0
      ? t('"{0}" is empty. Put the answer in it, as one message of the assistant.', problem.key)
      : t('"{0}" holds {1} messages, but the service takes {2}. Compare one answer with one other.', problem.key, problem.count, problem.maximum),
  'preference.output.role': (problem) =>
    t('The message of "{0}" is from "{1}", but it must be from the assistant.', problem.key, problem.role),
  'preference.outputs.equal': () =>
    t('Both outputs are the same, so there is nothing to prefer. Change one, or delete the line.'),
  'preference.image': () =>
    t('Preference training takes text only. Remove the image, or leave the example out.'),
  'reinforcement.answer': () =>
    t('This example ends with an answer, but in reinforcement training the model writes the answer itself. Remove it, or keep it as a field for the grader.'),
  'reinforcement.lastMessage.notUser': (problem) =>
    t('The last message is from "{0}", but the model is to answer here. End with the question of the user.', problem.role),
  'reinforcement.role.notAllowed': (problem) =>
    problem.role === 'system'
      ? t('Reinforcement training names "developer" instead of "system". Use that role.')
      : t('Reinforcement training knows no role "{0}". Use "developer", "user", "assistant" or "tool".', problem.role),
  'reinforcement.fields.none': () =>
    t('The example has nothing besides "messages" and "tools", so a grader has nothing to compare the answer with. Add a field such as "reference_answer", unless the grader needs none.'),
  'reinforcement.field.name': (problem) =>
    t('A grader\'s template may not be able to name "{0}". Use letters, digits and _ only.', problem.key),
  'completion.key.missing': (problem) =>
    t('The example has no "{0}". Each has a "prompt" and a "completion".', problem.key),
  'completion.key.unknown': (problem) =>
    t('The key "{0}" is neither "prompt" nor "completion", and is not trained on. Remove it.', problem.key),
  'completion.value.wrongType': (problem) =>
    t('"{0}" is {1}, but it must be a string.', problem.key, typeName(problem.type)),
  'completion.empty': () =>
    t('The completion is empty, so the model learns to say nothing. Write it, or delete the line.'),
  'completion.long': (problem) =>
    t('Prompt and completion have {0} characters together; pairs over {1} were often cut by completion models. Split the example, or check the limit of your model.', problem.units, problem.maximum),
  'file.preference.length': (problem) =>
    problem.longer === 'preferred_output'
      ? t('The preferred outputs are {0} times as long as the others, nearly always. The model may learn to write more instead of better; balance the lengths.', problem.ratio)
      : t('The outputs that are not preferred are {0} times as long as the preferred ones, nearly always. The model may learn to write less instead of better; balance the lengths.', problem.ratio),
  'file.reinforcement.fields': (problem) =>
    t('{1} of {2} examples have no field "{0}". A grader that refers to it fails there; give it to all examples, or to none.', problem.key, problem.without, problem.examples),
  'file.reinforcement.graderField': (problem) =>
    t('The grader refers to "item.{0}", and {1} of {2} examples have no such field. Add it, or correct the grader.', problem.key, problem.without, problem.examples),
  'file.completion.equal': (problem) =>
    problem.key === 'prompt'
      ? t('All prompts are the same, so the model cannot learn what to answer when.')
      : t('All completions are the same, so the model learns to say one thing.'),
  'file.completion.separator': (problem) =>
    t('The prompts have no common ending that tells the model to begin. Append one to all, such as "{0}", and to every prompt in use.', problem.suggestion),
  'file.completion.separatorLong': (problem) =>
    t('All prompts end with "{0}", which is longer than it need be and costs tokens in every example.', problem.separator),
  'file.completion.separatorInside': (problem) =>
    t('The ending of all prompts, "{0}", stands inside some of them too. Use one that occurs nowhere else.', problem.separator),
  'file.completion.promptStart': (problem) =>
    t('All prompts start with "{0}". What is the same everywhere teaches nothing and costs tokens; remove it.', problem.start),
  'file.completion.start': (problem) =>
    t('All completions start with "{0}". What is the same everywhere teaches nothing; remove it.', problem.start),
  'file.completion.ending': (problem) =>
    t('The completions have no common ending that tells the model to stop. Append one to all, such as "{0}", and stop there when you ask.', problem.suggestion),
  'file.completion.leadingSpace': (problem) =>
    t('{0} of {1} completions do not start with a space. Tokens of words hold the space before them, so completion models learn better with it.', problem.without, problem.examples),
  'file.completion.upperCase': (problem) =>
    problem.key === 'prompt'
      ? t('More than a third of the letters of the prompts are capitals. Models know text in lower case better.')
      : t('More than a third of the letters of the completions are capitals. Models know text in lower case better.'),
};
