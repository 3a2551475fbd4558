import type { Handler } from './call.ts';
import { createChatCompletion } from './chat.ts';
import { createCompletion } from './completions.ts';
import { health, shutdown } from './control.ts';
import { createFile, deleteFile, downloadFile, listFiles, retrieveFile } from './files.ts';
import { cancelJob, createJob, listCheckpoints, listEvents, listJobs, pauseJob, resumeJob, retrieveJob } from './fineTuning.ts';
import { deleteModel, listModels, retrieveModel } from './modelRoutes.ts';
import { createPermission, deletePermission, listPermissions } from './permissions.ts';
import { addUploadPart, cancelUpload, completeUpload, createUpload } from './uploads.ts';

export const methods = ['GET', 'POST', 'DELETE'] as const;
export type Method = (typeof methods)[number];

export type Route = {
  readonly method: Method;
  /** Segments in braces are placeholders. */
  readonly path: string;
  /** `optional`: a JSON object or nothing. `stream`: the handler reads the body itself. */
  readonly body: 'none' | 'json' | 'optional' | 'stream';
  readonly handle: Handler;
};

const permissions = '/v1/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions';

/** Everything the engine answers. What is not here is a 404. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/v1/files', body: 'none', handle: listFiles },
  { method: 'POST', path: '/v1/files', body: 'stream', handle: createFile },
  { method: 'GET', path: '/v1/files/{file_id}', body: 'none', handle: retrieveFile },
  { method: 'DELETE', path: '/v1/files/{file_id}', body: 'none', handle: deleteFile },
  { method: 'GET', path: '/v1/files/{file_id}/content', body: 'none', handle: downloadFile },
  { method: 'POST', path: '/v1/uploads', body: 'json', handle: createUpload },
  { method: 'POST', path: '/v1/uploads/{upload_id}/parts', body: 'stream', handle: addUploadPart },
  { method: 'POST', path: '/v1/uploads/{upload_id}/complete', body: 'json', handle: completeUpload },
  { method: 'POST', path: '/v1/uploads/{upload_id}/cancel', body: 'optional', handle: cancelUpload },
  { method: 'GET', path: '/v1/fine_tuning/jobs', body: 'none', handle: listJobs },
  { method: 'POST', path: '/v1/fine_tuning/jobs', body: 'json', handle: createJob },
  { method: 'GET', path: '/v1/fine_tuning/jobs/{fine_tuning_job_id}', body: 'none', handle: retrieveJob },
  { method: 'POST', path: '/v1/fine_tuning/jobs/{fine_tuning_job_id}/cancel', body: 'optional', handle: cancelJob },
  { method: 'POST', path: '/v1/fine_tuning/jobs/{fine_tuning_job_id}/pause', body: 'optional', handle: pauseJob },
  { method: 'POST', path: '/v1/fine_tuning/jobs/{fine_tuning_job_id}/resume', body: 'optional', handle: resumeJob },
  { method: 'GET', path: '/v1/fine_tuning/jobs/{fine_tuning_job_id}/events', body: 'none', handle: listEvents },
  { method: 'GET', path: '/v1/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints', body: 'none', handle: listCheckpoints },
  { method: 'GET', path: permissions, body: 'none', handle: listPermissions },
  { method: 'POST', path: permissions, body: 'json', handle: createPermission },
  { method: 'DELETE', path: `${permissions}/{permission_id}`, body: 'none', handle: deletePermission },
  { method: 'GET', path: '/v1/models', body: 'none', handle: listModels },
  { method: 'GET', path: '/v1/models/{model}', body: 'none', handle: retrieveModel },
  { method: 'DELETE', path: '/v1/models/{model}', body: 'none', handle: deleteModel },
  { method: 'POST', path: '/v1/chat/completions', body: 'json', handle: createChatCompletion },
  { method: 'POST', path: '/v1/completions', body: 'json', handle: createCompletion },
  { method: 'GET', path: '/tunesmith/health', body: 'none', handle: health },
  { method: 'POST', path: '/tunesmith/shutdown', body: 'optional', handle: shutdown },
];

export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'otherMethod'; readonly allowed: readonly Method[] }
  | { readonly kind: 'unknown' };

/** Finds the route of a path; ids may be percent-encoded or not. */
export function findRoute(method: string, pathname: string): Found {
  const segments = decodeSegments(pathname);
  if (segments === undefined) {
    return { kind: 'unknown' };
  }
  const allowed: Method[] = [];
  for (const route of routes) {
    const params = matchPath(route.path, segments);
    if (params === undefined) {
      continue;
    }
    if (route.method === method) {
      return { kind: 'route', route, params };
    }
    allowed.push(route.method);
  }
  return allowed.length === 0 ? { kind: 'unknown' } : { kind: 'otherMethod', allowed };
}

function decodeSegments(pathname: string): readonly string[] | undefined {
  try {
    return pathname.split('/').map((segment) => decodeURIComponent(segment));
  } catch {
    return undefined;
  }
}

function matchPath(path: string, segments: readonly string[]): Readonly<Record<string, string>> | undefined {
  const parts = path.split('/');
  if (parts.length !== segments.length) {
    return undefined;
  }
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) {
      if (segment === '') {
        return undefined;
      }
      params[part.slice(1, -1)] = segment;
    } else if (part !== segment) {
      return undefined;
    }
  }
  return params;
}
