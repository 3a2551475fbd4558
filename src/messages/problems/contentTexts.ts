import { t } from '@vscode/l10n';
import type { ContentCodes } from '../../core/dataset/codes/contentCodes.ts';
import { megabytes, typeName } from '../datasetWords.ts';
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
  'content.part.image.base64': () =>
    t('The data of this image is not valid Base64, so services leave the image out. Encode the file again.'),
  'content.part.image.format': (problem) =>
    problem.format === undefined
      ? t('This data is no image that can be trained on: JPEG, PNG and WEBP are. Services leave such images out without a word.')
      : t('This image is {0}, but only JPEG, PNG and WEBP are trained on. Services leave such images out without a word; convert it.', problem.format),
  'content.part.image.mediaType': (problem) =>
    t('The address says "{0}", but the data is "{1}". Correct the media type.', problem.stated, problem.meant),
  'content.part.image.tooLarge': (problem) =>
    t('The image has {0} MB, but services leave out images over {1} MB without a word. Make it smaller.', megabytes(problem.bytes), megabytes(problem.maximum)),
  'content.part.image.colors': (problem) =>
    t('This PNG keeps its colors as {0}, but only RGB and RGBA are trained on, and other images are left out without a word. Convert it.', problem.colors),
};
