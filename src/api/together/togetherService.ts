import { ServiceError, type PageQuery, type PriceEstimate, type Service } from '../../core/providers/port.ts';
import type { WireModel, WirePage } from '../../core/providers/wire.ts';
import { parseModel, parsePage } from '../answers.ts';
import { streamChat } from '../chatStream.ts';
import type { Exchange } from '../exchange.ts';
import { isFields, toFields, toList, toNumber, toText } from '../fields.ts';
import { createOrExplain } from '../createRefusal.ts';
import { parseTogetherFile, uploadToTogether } from './files.ts';
import { parseTogetherCheckpoint, parseTogetherEvent, parseTogetherJob } from './jobs.ts';
import { parseTogetherMetrics } from './metrics.ts';
import { toPriced, toTogetherRequest } from './requests.ts';

/** The port over Together's own calls; a chat is OpenAI's. Its lists come whole, so their pages are cut here. */
export function createTogetherService(exchange: Exchange): Service {
  const { client, options } = exchange;
  const job = (jobId: string): string => `/fine-tunes/${encodeURIComponent(jobId)}`;
  const get = <T>(path: string, parse: (value: unknown) => T, signal: AbortSignal, query: object = {}): Promise<T> =>
    exchange.ask('read', signal, (settings) => client.get<unknown>(path, { query, ...settings }), parse);

  return {
    listJobs: (query, signal) => get('/fine-tunes', (value) => toPage(value, parseTogetherJob, query), signal),
    retrieveJob: (jobId, signal) => exchange.askForJob(signal, (settings) => client.get<unknown>(job(jobId), settings), parseTogetherJob),
    createJob: (request, signal) =>
      createOrExplain(options, request.model, async () => {
        const body = toTogetherRequest(request);
        return exchange.ask('once', signal, (settings) => client.post<unknown>('/fine-tunes', { body, ...settings }), parseTogetherJob);
      }),
    cancelJob: (jobId, signal) =>
      exchange.ask('once', signal, (settings) => client.post<unknown>(`${job(jobId)}/cancel`, settings), parseTogetherJob),
    pauseJob: () => notOffered('pause'),
    resumeJob: () => notOffered('resume'),
    listEvents: (jobId, query, signal) =>
      get(`${job(jobId)}/events`, (value) => toPage(value, parseTogetherEvent, query), signal),
    listCheckpoints: (jobId, query, signal) =>
      get(`${job(jobId)}/checkpoints`, (value) => toPage(value, (item) => parseTogetherCheckpoint(item, jobId), query), signal),
    uploadFile: (upload, signal) => uploadToTogether(exchange, upload, signal),
    listFiles: (query, signal) => get('/files', (value) => toPage(forTuning(value), parseTogetherFile, query), signal),
    retrieveFile: (fileId, signal) => get(`/files/${encodeURIComponent(fileId)}`, parseTogetherFile, signal),
    deleteFile: (fileId, signal) =>
      exchange.tell(signal, (settings) => client.delete<unknown>(`/files/${encodeURIComponent(fileId)}`, settings)),
    fileContent: (fileId, signal, maxBytes) =>
      exchange.download(`/files/${encodeURIComponent(fileId)}/content`, signal, maxBytes),
    listModels: (signal) => get('/models', parseModels, signal),
    // There is no call for one model.
    retrieveModel: async (modelId, signal) => {
      const found = (await get('/models', parseModels, signal)).find(({ id }) => id === modelId);
      if (found !== undefined) return found;
      throw new ServiceError(`There is no model ${modelId}.`, { kind: 'notFound', code: 'model_not_found' });
    },
    deleteModel: () => notOffered('delete'),
    streamChat: (request, signal) => streamChat(client, options, request, signal),
    estimates: {
      price: (request, signal) =>
        exchange.ask('read', signal, (settings) => client.post<unknown>('/fine-tunes/estimate-price', { body: toPriced(request), ...settings }), parseEstimate),
    },
    metrics: {
      steps: (jobId, fromStep, signal) =>
        get(`${job(jobId)}/metrics`, parseTogetherMetrics, signal, fromStep > 0 ? { global_step_from: fromStep } : {}),
    },
  };
}

/** A page of a whole list, newest first. */
function toPage<T extends { readonly id: string; readonly created_at: number }>(
  value: unknown,
  parse: (item: unknown) => T,
  { limit = 20, after }: PageQuery,
): WirePage<T> {
  const whole = parsePage(value, parse, undefined).data.toSorted((a, b) => b.created_at - a.created_at);
  const from = after === undefined ? 0 : whole.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && from === 0) return { object: 'list', data: [], has_more: false };
  return { object: 'list', data: whole.slice(from, from + limit), has_more: from + limit < whole.length };
}

function forTuning(value: unknown): unknown {
  const list = Array.isArray(value) ? value : toFields(value, 'list')['data'];
  return Array.isArray(list) ? list.filter((file) => isFields(file) && file['purpose'] === 'fine-tune') : value;
}

/** Models that write text; the service also lists ones that draw, speak and rank. */
function parseModels(value: unknown): readonly WireModel[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : toList(toFields(value, 'list')['data']);
  const texts = list.filter((model) => isFields(model) && ['chat', 'language', 'code', null].includes(toText(model['type'])));
  return parsePage(texts, parseModel, undefined).data;
}

function parseEstimate(value: unknown): PriceEstimate {
  const fields = toFields(value, 'estimate');
  const price = toNumber(fields['estimated_total_price']);
  if (price === null) throw new ServiceError('The answer holds no price.', { kind: 'serverFault', code: 'invalid_answer' });
  const tokens = toNumber(fields['estimated_train_token_count']);
  const allowed = fields['allowed_to_proceed'];
  return {
    price,
    ...(tokens === null ? {} : { trainedTokens: tokens }),
    ...(typeof allowed === 'boolean' ? { allowed } : {}),
  };
}

function notOffered(what: string): Promise<never> {
  const message = `Together AI has no call to ${what} it.`;
  return Promise.reject(new ServiceError(message, { kind: 'rejected', code: 'not_offered' }));
}
