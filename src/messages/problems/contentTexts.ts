import { t } from '@vscode/l10n';
import type { ContentCodes } from '../../core/dataset/codes/contentCodes.ts';
import { typeName } from '../datasetWords.ts';
import type { TextsOf } from './textsOf.ts';

export const contentTexts: TextsOf<ContentCodes> = {
  'content.parts.empty': () =>
    t('The content is an empty array. Put at least one part in it, or a string in its place.'),
  'content.part.wrongType': (problem) =>
    t('This part of the content is {0}, but it must be an object such as {1}.', typeName(problem.type), '{"type": "text", "text": "…"}'),
  'content.part.type.missing': () =>
    t('This part of the content has no "type". Add "text" or "image_url".'),
  'content.part.type.unknown': (problem) =>
    t('"{0}" is not a type of content part. Use "text" or "image_url".', problem.type),
  'content.part.type.notAllowed': (problem) =>
    t('A message of the role "{1}" cannot hold a part of the type "{0}". Remove the part, or move it to a message that may hold it.', problem.type, problem.role),
  'content.part.type.unsupported': (problem) =>
    t('Fine-tuning takes no parts of the type "{0}", only text and images. Remove the part.', problem.type),
  'content.part.text.invalid': (problem) =>
    problem.type === undefined
      ? t('This part has no "{0}". Add the text.', problem.key)
      : t('"{0}" of this part is {1}, but it must be a string.', problem.key, typeName(problem.type)),
  'content.part.refusal.notAlone': () =>
    t('A refusal must be the only part of its message. Remove the other parts, or this one.'),
  'content.part.image.invalid': (problem) =>
    problem.type === undefined
      ? t('This part has no "image_url". Add {0}.', '{"url": "…"}')
      : t('"image_url" is {0}, but it must be an object such as {1}.', typeName(problem.type), '{"url": "…"}'),
  'content.part.image.url': (problem) =>
    problem.type === undefined || problem.type !== 'string'
      ? t('The image has no "url" that is a string. Add an http(s) address or a data URL.')
      : t('This is not the address of an image. Use an http(s) address or a data URL (data:image/…).'),
  'content.part.image.detail': (problem) =>
    t('"{0}" is not a level of detail. Use "auto", "low" or "high".', problem.detail),
};
