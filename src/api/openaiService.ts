import { toFile } from 'openai';
import { requestIdKey } from '../core/jobs/jobOrigin.ts';
import type { Service } from '../core/providers/port.ts';
import type { JobCreateRequest } from '../core/providers/wire.ts';
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
import type { Exchange } from './exchange.ts';
import { createOrExplain } from './createRefusal.ts';
import { uploadFile, uploadTimeout } from './upload.ts';

/** Where a service speaks OpenAI's format, but not quite. */
export type Dialect = {
  /** The body of a request for a job. */
  readonly toBody?: (request: JobCreateRequest) => unknown;
  /** Where the Uploads API is; null = nowhere. `/uploads` if absent. */
  readonly uploads?: UploadsPlace | null;
};

export type UploadsPlace = { readonly path: string; readonly query?: Readonly<Record<string, string>> };

/** The port over OpenAI's own format. */
export function createOpenAIService(exchange: Exchange, dialect: Dialect = {}): Service {
  const { client, options } = exchange;
  const job = (jobId: string): string => `/fine_tuning/jobs/${encodeURIComponent(jobId)}`;
  const uploads = dialect.uploads === undefined ? { path: '/uploads' } : dialect.uploads;

  return {
    listJobs: (query, signal) => exchange.list('/fine_tuning/jobs', query, parseJob, signal),
    retrieveJob: (jobId, signal) =>
      exchange.askForJob(signal, (settings) => client.fineTuning.jobs.retrieve(jobId, settings), parseJob),
    // Not through the SDK's typed call: services take statuses and methods that its types do not name.
    createJob: (request, signal) =>
      createOrExplain(options, request.model, () => {
        const body = dialect.toBody?.(request) ?? request;
        const headers = idempotency(request);
        return exchange.ask('once', signal, (settings) => client.post<unknown>('/fine_tuning/jobs', { body, headers, ...settings }), parseJob);
      }),
    cancelJob: (jobId, signal) =>
      exchange.ask('once', signal, (settings) => client.fineTuning.jobs.cancel(jobId, settings), parseJob),
    pauseJob: (jobId, signal) =>
      exchange.ask('once', signal, (settings) => client.fineTuning.jobs.pause(jobId, settings), parseJob),
    resumeJob: (jobId, signal) =>
      exchange.ask('once', signal, (settings) => client.fineTuning.jobs.resume(jobId, settings), parseJob),
    listEvents: (jobId, query, signal) => exchange.list(`${job(jobId)}/events`, query, parseEvent, signal),
    listCheckpoints: (jobId, query, signal) => exchange.list(`${job(jobId)}/checkpoints`, query, parseCheckpoint, signal),
    uploadFile: (upload, signal) => uploadFile(exchange, upload, signal),
    listFiles: (query, signal) => exchange.list('/files', { ...query, purpose: 'fine-tune' }, parseFile, signal),
    retrieveFile: (fileId, signal) =>
      exchange.ask('read', signal, (settings) => client.files.retrieve(fileId, settings), parseFile),
    deleteFile: (fileId, signal) => exchange.tell(signal, (settings) => client.files.delete(fileId, settings)),
    fileContent: (fileId, signal, maxBytes) =>
      exchange.download(`/files/${encodeURIComponent(fileId)}/content`, signal, maxBytes),
    listModels: (signal) =>
      exchange.ask('read', signal, (settings) => client.get<unknown>('/models', settings), (value) =>
        parsePage(value, parseModel, undefined).data,
      ),
    retrieveModel: (modelId, signal) =>
      exchange.ask('read', signal, (settings) => client.models.retrieve(modelId, settings), parseModel),
    deleteModel: (modelId, signal) => exchange.tell(signal, (settings) => client.models.delete(modelId, settings)),
    streamChat: (request, signal) => streamChat(client, options, request, signal),
    ...(uploads === null ? {} : { uploads: createUploads(exchange, uploads) }),
  };
}

function createUploads(exchange: Exchange, { path, query = {} }: UploadsPlace): NonNullable<Service['uploads']> {
  const { client } = exchange;
  const upload = (id: string): string => `${path}/${encodeURIComponent(id)}`;
  return {
    create: ({ filename, bytes }, signal) => {
      const body = { filename, bytes, purpose: 'fine-tune', mime_type: 'text/jsonl' };
      return exchange.ask('once', signal, (settings) => client.post<unknown>(path, { body, query, ...settings }), parseUpload);
    },
    addPart: async (uploadId, part, signal) => {
      const body = new FormData();
      body.append('data', await toFile(part, 'part'));
      const timeout = uploadTimeout(part.byteLength);
      return exchange.ask(
        'once',
        signal,
        (settings) => client.post<unknown>(`${upload(uploadId)}/parts`, { body, query, timeout, ...settings }),
        parseUploadPart,
      );
    },
    complete: (uploadId, partIds, md5, signal) => {
      const body = { part_ids: [...partIds], md5 };
      return exchange.ask('once', signal, (settings) => client.post<unknown>(`${upload(uploadId)}/complete`, { body, query, ...settings }), parseUpload);
    },
    cancel: (uploadId, signal) =>
      exchange.tell(signal, (settings) => client.post<unknown>(`${upload(uploadId)}/cancel`, { query, ...settings })),
  };
}

/** A service that knows the header, as the Local engine does, makes one job of a request however often it comes. */
function idempotency(request: JobCreateRequest): Record<string, string> {
  const id = request.metadata?.[requestIdKey];
  return id === undefined ? {} : { 'Idempotency-Key': id };
}
