import { baseModel, findModel, knownModels, type KnownModel } from '../store/models.ts';
import { isActive, type State } from '../store/state.ts';
import { ApiError, unknownModel } from './apiError.ts';
import { json, param, type Answer, type Call, type Engine } from './call.ts';

export async function listModels(engine: Engine): Promise<Answer> {
  return json({ object: 'list', data: knownModels(engine.store.state).map((model) => model.wire) });
}

export async function retrieveModel(engine: Engine, call: Call): Promise<Answer> {
  return json(modelOf(engine.store.state, param(call, 'model')).wire);
}

export async function deleteModel(engine: Engine, call: Call): Promise<Answer> {
  const id = param(call, 'model');
  const { directory } = await engine.store.commit((state) => {
    const model = modelOf(state, id);
    if (model.directory === null) {
      throw new ApiError(403, `The base model '${baseModel}' cannot be deleted.`, { param: 'model' });
    }
    const user = [...state.jobs.values()].find((job) => isActive(job) && job.wire.model === id);
    if (user !== undefined) {
      throw new ApiError(409, `The model is needed by the job ${user.wire.id}, which has not ended.`, {
        param: 'model',
        code: 'model_in_use',
      });
    }
    return { changes: [{ kind: 'modelDeleted', model: id }], result: model };
  });
  await engine.store.modelFolders.release([directory]);
  return json({ id, object: 'model', deleted: true });
}

/** @throws ApiError 404 `model_not_found` */
export function modelOf(state: State, id: string): KnownModel {
  const model = findModel(state, id);
  if (model === undefined) {
    throw unknownModel(id);
  }
  return model;
}
