import { toFile } from 'openai';
import type { PageQuery, Service, ServiceOptions } from '../core/providers/port.ts';
import type { WirePage } from '../core/providers/wire.ts';
import {
  parseCheckpoint,
  parseEvent,
  parseFile,
  parseJob,
  parseModel,
  parsePage,
  parseUpload,
  parseUploadPart,
} from './answers.ts';
import { streamChat } from './chatStream.ts';
import { WireClient, type Fetch } from './client.ts';
import { readBody } from './download.ts';
import { toServiceError } from './errors.ts';
import { UploadBody, uploadTimeout } from './upload.ts';

/**
 * The port over HTTP, spoken by the `openai` SDK. Every failure is a ServiceError, except one of the uploaded file
 * itself, which is thrown as it is. Reading is tried twice; nothing that creates, changes or costs is ever repeated:
 * after 'cutOff' it may have happened, after 'unreachable' it has not.
 */
export function createService(options: ServiceOptions & { readonly fetch?: Fetch }): Service {
  const client = new WireClient(options);

  /** One request, its answer understood, its failure translated. */
  async function ask<T>(signal: AbortSignal, request: () => PromiseLike<unknown>, parse: (value: unknown) => T) {
    try {
      return parse(await request());
    } catch (error) {
      throw toServiceError(error, signal, options.apiKey);
    }
  }

  function list<T extends { readonly id: string }>(
    path: string,
    query: PageQuery & { readonly purpose?: string },
    parse: (item: unknown) => T,
    signal: AbortSignal,
  ): Promise<WirePage<T>> {
    // The SDK's page classes take any success for an empty list; the raw answer tells a wrong address from one.
    return ask(signal, () => client.get<unknown>(path, { query, ...read(signal) }), (value) =>
      parsePage(value, parse, query.after),
    );
  }

  return {
    listJobs: (query, signal) => list('/fine_tuning/jobs', query, parseJob, signal),
    retrieveJob: (jobId, signal) => ask(signal, () => client.fineTuning.jobs.retrieve(jobId, read(signal)), parseJob),
    // Not through the SDK's typed call: services take statuses and methods that its types do not name.
    createJob: (request, signal) =>
      ask(signal, () => client.post<unknown>('/fine_tuning/jobs', { body: request, ...once(signal) }), parseJob),
    cancelJob: (jobId, signal) => ask(signal, () => client.fineTuning.jobs.cancel(jobId, once(signal)), parseJob),
    pauseJob: (jobId, signal) => ask(signal, () => client.fineTuning.jobs.pause(jobId, once(signal)), parseJob),
    resumeJob: (jobId, signal) => ask(signal, () => client.fineTuning.jobs.resume(jobId, once(signal)), parseJob),
    listEvents: (jobId, query, signal) =>
      list(`/fine_tuning/jobs/${encodeURIComponent(jobId)}/events`, query, parseEvent, signal),
    listCheckpoints: (jobId, query, signal) =>
      list(`/fine_tuning/jobs/${encodeURIComponent(jobId)}/checkpoints`, query, parseCheckpoint, signal),
    uploadFile: async (upload, signal) => {
      const body = new UploadBody(upload);
      try {
        const file = await body.open();
        const settings = { ...once(signal), timeout: uploadTimeout(upload.bytes) };
        return parseFile(await client.files.create({ file, purpose: 'fine-tune' }, settings));
      } catch (error) {
        if (body.failure && !signal.aborted) throw body.failure;
        throw toServiceError(error, signal, options.apiKey);
      }
    },
    listFiles: (query, signal) => list('/files', { ...query, purpose: 'fine-tune' }, parseFile, signal),
    retrieveFile: (fileId, signal) => ask(signal, () => client.files.retrieve(fileId, read(signal)), parseFile),
    deleteFile: (fileId, signal) => ask(signal, () => client.files.delete(fileId, once(signal)), done),
    fileContent: async (fileId, signal, maxBytes = 64 * 1024 * 1024) => {
      try {
        return await readBody(await client.files.content(fileId, read(signal)), maxBytes);
      } catch (error) {
        throw toServiceError(error, signal, options.apiKey);
      }
    },
    listModels: (signal) =>
      ask(signal, () => client.get<unknown>('/models', read(signal)), (value) => parsePage(value, parseModel, undefined).data),
    retrieveModel: (modelId, signal) => ask(signal, () => client.models.retrieve(modelId, read(signal)), parseModel),
    deleteModel: (modelId, signal) => ask(signal, () => client.models.delete(modelId, once(signal)), done),
    streamChat: (request, signal) => streamChat(client, options, request, signal),
    uploads: {
      create: ({ filename, bytes }, signal) => {
        const body = { filename, bytes, purpose: 'fine-tune', mime_type: 'text/jsonl' } as const;
        return ask(signal, () => client.uploads.create(body, once(signal)), parseUpload);
      },
      addPart: async (uploadId, part, signal) => {
        const data = await toFile(part, 'part');
        const settings = { ...once(signal), timeout: uploadTimeout(part.byteLength) };
        return ask(signal, () => client.uploads.parts.create(uploadId, { data }, settings), parseUploadPart);
      },
      complete: (uploadId, partIds, md5, signal) => {
        const body = { part_ids: [...partIds], md5 };
        return ask(signal, () => client.uploads.complete(uploadId, body, once(signal)), parseUpload);
      },
      cancel: (uploadId, signal) => ask(signal, () => client.uploads.cancel(uploadId, once(signal)), done),
    },
  };
}

function done(): void {
  // That it succeeded is all there is to know.
}

function read(signal: AbortSignal): { readonly signal: AbortSignal; readonly maxRetries: number } {
  return { signal, maxRetries: 1 };
}

function once(signal: AbortSignal): { readonly signal: AbortSignal; readonly maxRetries: number } {
  return { signal, maxRetries: 0 };
}
