import { join } from 'node:path';
import { readBytes } from '../../disk/files.ts';
import { writeFolder } from '../../disk/folders.ts';
import { loadModel, modelContents, type Model } from '../model/modelFolder.ts';
import { listParameters, type Tensor } from '../model/parameters.ts';
import { readSafetensors, writeSafetensors } from '../model/safetensors.ts';
import type { Moments } from './dataParallel.ts';

/** Beside the files of the model. */
const momentsFile = 'optimizer.safetensors';

/** Everything that training needs to go on after a step as if there had been no break. */
export type TrainingState = { readonly model: Model; readonly moments: Moments };

/** Saves a state as a folder that appears whole or not at all. */
export async function saveState(directory: string, { model, moments }: TrainingState): Promise<void> {
  const { mean, variance, step } = moments;
  const vector = (data: Float32Array<ArrayBuffer>): Tensor => ({ shape: [data.length], data });
  await writeFolder(directory, {
    ...modelContents(model),
    [momentsFile]: writeSafetensors([
      ['mean', vector(mean)],
      ['variance', vector(variance)],
      ['step', vector(Float32Array.of(step))],
    ]),
  });
}

/** @throws Error if the folder is absent, incomplete or inconsistent */
export async function loadState(directory: string): Promise<TrainingState> {
  const model = await loadModel(directory);
  const tensors = readSafetensors(await readBytes(join(directory, momentsFile)));
  const [mean, variance, step] = ['mean', 'variance', 'step'].map((name) => tensors.get(name)?.data);
  const length = listParameters(model.parameters).reduce((sum, [, { data }]) => sum + data.length, 0);
  if (mean?.length !== length || variance?.length !== length || step?.[0] === undefined) {
    throw new Error(`The training state in ${directory} does not fit its model`);
  }
  return { model, moments: { mean, variance, step: step[0] } };
}
