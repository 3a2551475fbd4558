import { join } from 'node:path';
import { readBytes, readText } from '../../disk/files.ts';
import { writeFolder } from '../../disk/folders.ts';
import { parseConfig, type ModelConfig } from './config.ts';
import { listParameters, parametersFrom, type Parameters, type Tensor } from './parameters.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { parseVocabulary, vocabularyText, type Vocabulary } from './vocabulary.ts';

/** Names inside a model's folder. */
export const modelFiles = { config: 'config.json', vocabulary: 'tokenizer.json', weights: 'model.safetensors' } as const;

export type Model = {
  readonly config: ModelConfig;
  readonly vocabulary: Vocabulary;
  readonly parameters: Parameters<Tensor>;
};

/** Saves a model as a folder that appears whole or not at all. */
export async function saveModel(directory: string, model: Model): Promise<void> {
  await writeFolder(directory, modelContents(model));
}

/** The files of a model's folder, by name. */
export function modelContents({ config, vocabulary, parameters }: Model): Readonly<Record<string, string | Uint8Array>> {
  return {
    [modelFiles.config]: `${JSON.stringify(config, null, 2)}\n`,
    [modelFiles.vocabulary]: vocabularyText(vocabulary),
    [modelFiles.weights]: writeSafetensors(listParameters(parameters), { format: 'tunesmith' }),
  };
}

/** @throws Error if the folder is absent, incomplete or inconsistent */
export async function loadModel(directory: string): Promise<Model> {
  const config = parseConfig(await readText(join(directory, modelFiles.config)));
  const vocabulary = parseVocabulary(await readText(join(directory, modelFiles.vocabulary)));
  if (vocabulary.size !== config.vocabularySize) {
    throw new Error(`The model's vocabulary has ${vocabulary.size} tokens instead of ${config.vocabularySize}`);
  }
  const tensors = readSafetensors(await readBytes(join(directory, modelFiles.weights)));
  return { config, vocabulary, parameters: parametersFrom(config, tensors) };
}
