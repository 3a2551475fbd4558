import { ApiError, badField, notFound, quote } from './apiError.ts';
import { json, param, type Answer, type Call, type Engine } from './call.ts';
import { field } from './fields.ts';
import { modelOf } from './modelRoutes.ts';
import { pageOf } from './page.ts';

/**
 * Permissions share a checkpoint with other projects. Who has this engine's key may use every model, and there are no
 * projects beside: so no model has a permission, none can be given, and nothing is pretended.
 */
export async function listPermissions(engine: Engine, call: Call): Promise<Answer> {
  tunedModel(engine, call);
  const order = call.query.get('order') ?? 'descending';
  if (order !== 'ascending' && order !== 'descending') {
    throw badField('order', "Invalid 'order': it must be 'ascending' or 'descending'.", 'invalid_value');
  }
  const page = pageOf<never>([], (item) => item, call.query, { defaultLimit: 10, maxLimit: 100 });
  return json({ object: 'list', data: page.data, first_id: page.firstId, last_id: page.lastId, has_more: page.hasMore });
}

export async function createPermission(engine: Engine, call: Call): Promise<Answer> {
  tunedModel(engine, call);
  const projects = field(call.body, 'project_ids');
  if (projects === undefined) {
    throw badField('project_ids', "Missing required parameter: 'project_ids'.", 'missing_required_parameter');
  }
  if (!Array.isArray(projects) || projects.length === 0 || projects.some((project) => typeof project !== 'string')) {
    throw badField('project_ids', "Invalid type for 'project_ids': expected a list of strings.", 'invalid_type');
  }
  const message = 'This engine has one user and no projects: whoever has its key may use every model already.';
  throw badField('project_ids', message, 'unsupported_value');
}

export async function deletePermission(engine: Engine, call: Call): Promise<Answer> {
  tunedModel(engine, call);
  throw notFound('permission', param(call, 'permission_id'), 'permission_id');
}

function tunedModel(engine: Engine, call: Call): void {
  const model = modelOf(engine.store.state, param(call, 'fine_tuned_model_checkpoint'));
  if (model.directory === null) {
    throw new ApiError(400, `${quote(model.wire.id)} is a base model; permissions are for tuned ones.`, {
      param: 'fine_tuned_model_checkpoint',
    });
  }
}
