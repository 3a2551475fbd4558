import { existsSync, readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/**
 * The contract of the OpenAI API as a schema: answers of a server are checked against the operation that was asked.
 * The document lies beside the repository; where it is absent only what needs no schema is checked.
 */
const source = new URL('../../../shared/openai/openapi-subset.yaml', import.meta.url);

/** For the `skip` of tests that rest on the document. */
export const noContract = existsSync(source) ? false : '../shared/openai/openapi-subset.yaml is absent';

/** Whose answers are known to have every field, also those that the document does not require. */
const completeSchemas = ['OpenAIFile', 'Upload', 'UploadPart', 'Model', 'FineTuningJob', 'FineTuningJobEvent', 'FineTuningJobCheckpoint'];

/** Routes of `/v1` that the document leaves out on purpose; their answers are checked by the SDK's types alone. */
const outside = new Set(['POST /completions']);

/** The forms of ids and names, by the `object` that has them. */
const idForms: Readonly<Record<string, RegExp>> = {
  file: /^file-[A-Za-z0-9]{22}$/,
  upload: /^upload_[A-Za-z0-9]{24}$/,
  'upload.part': /^part_[A-Za-z0-9]{24}$/,
  'fine_tuning.job': /^ftjob-[A-Za-z0-9]{24}$/,
  'fine_tuning.job.event': /^ftevent-[A-Za-z0-9]{24}$/,
  'fine_tuning.job.checkpoint': /^ftckpt_[A-Za-z0-9]{24}$/,
  'chat.completion': /^chatcmpl-[A-Za-z0-9]+$/,
  'chat.completion.chunk': /^chatcmpl-[A-Za-z0-9]+$/,
};
const tunedModel = /^ft:[^:]+:[^:]+:[A-Za-z0-9_-]{0,64}:[A-Za-z0-9]{8}$/;
const checkpointModel = /^ft:[^:]+:[^:]+:[A-Za-z0-9_-]{0,64}:[A-Za-z0-9]{8}:ckpt-step-\d+$/;

type Node = Readonly<Record<string, unknown>>;
type Document = { readonly paths: Readonly<Record<string, Node>>; readonly components: { readonly schemas: Readonly<Record<string, Node>> } };
type Check = (value: unknown) => string[];

class Contract {
  readonly #document: Document;
  readonly #ajv: Ajv2020;

  constructor(text: string) {
    const document = parse(text) as Document;
    for (const name of completeSchemas) {
      const schema = document.components.schemas[name] as { properties: Node; required: string[] };
      schema.required = Object.keys(schema.properties);
    }
    refuseOldNullable(document, '#');
    // `discriminator`, `example` and the like say nothing about validity; `oneOf` beside them does.
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    addFormats.default(this.#ajv);
    this.#ajv.addFormat('unixtime', { type: 'number', validate: (value) => Number.isSafeInteger(value) && value >= 0 });
    this.#ajv.addSchema(document, 'contract');
    this.#document = document;
  }

  /** The documented path, as `GET /files/{file_id}`; undefined if there is none. */
  operation(method: string, path: string): string | undefined {
    const segments = path.split('/');
    for (const [template, operations] of Object.entries(this.#document.paths)) {
      const parts = template.split('/');
      const fits =
        parts.length === segments.length &&
        parts.every((part, index) => part === segments[index] || (part.startsWith('{') && segments[index] !== ''));
      if (fits && method.toLowerCase() in operations) return `${method} ${template}`;
    }
    return undefined;
  }

  /** All of them, as `GET /files/{file_id}`. */
  operations(): readonly string[] {
    return Object.entries(this.#document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).filter((key) => /^(get|post|put|patch|delete)$/.test(key)).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  /** Checks a body of that type; undefined if the operation has no such answer. */
  body(operation: string, status: number, type: string): Check | undefined {
    const [method = '', path = ''] = operation.split(' ');
    let node: unknown = this.#document.paths;
    const keys = [path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    for (const key of keys) node = (node as Node | undefined)?.[key];
    return node === undefined ? undefined : this.#check(['paths', ...keys]);
  }

  error(): Check {
    return this.#check(['components', 'schemas', 'ErrorResponse']);
  }

  #check(keys: readonly string[]): Check {
    const pointer = keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const $ref = `contract#/${pointer}`;
    const validate = this.#ajv.getSchema($ref) ?? this.#ajv.compile({ $ref });
    return (value) => {
      void validate(value);
      return (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message ?? ''} ${JSON.stringify(error.params)}`);
    };
  }
}

/** OpenAPI 3.0's `nullable` means nothing to a validator of 3.1: a document that has it would be checked wrongly. */
function refuseOldNullable(node: unknown, path: string): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'nullable' && typeof value === 'boolean') throw new Error(`${path} is written for OpenAPI 3.0`);
    refuseOldNullable(value, `${path}/${key}`);
  }
}

const contract = noContract === false ? new Contract(readFileSync(source, 'utf8')) : undefined;

/** Every operation of the document; none where it is absent. */
export const documented: readonly string[] = contract?.operations() ?? [];

/** A `fetch` that looks at every answer that comes back through it. */
export class CheckedFetch {
  /** What was wrong, in words. */
  readonly problems: string[] = [];
  /** The operations that were answered with 2xx. */
  readonly answered = new Set<string>();
  readonly #running = new Set<Promise<void>>();

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await fetch(input, init);
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
    const url = new URL(input instanceof Request ? input.url : String(input));
    // The SDK asks for `data:,` to learn what this fetch can do.
    if (url.protocol === 'http:') this.#look(method, url.pathname, response);
    return response;
  };

  /** Waits for the answers that are still read. @throws if any answer so far was not as the contract says */
  async assertClean(): Promise<void> {
    await Promise.all(this.#running);
    if (this.problems.length > 0) {
      throw new Error(`Answers break the contract:\n${this.problems.join('\n')}`);
    }
  }

  #look(method: string, pathname: string, response: Response): void {
    const where = `${method} ${pathname} ${response.status}`;
    const complain = (problem: string): void => void this.problems.push(`${where}: ${problem}`);
    if (!/^req_[0-9a-f]{32}$/.test(response.headers.get('x-request-id') ?? '')) complain('no x-request-id');
    if (!pathname.startsWith('/v1/')) return;
    const path = pathname.slice('/v1'.length);
    const operation = contract?.operation(method, path);
    const known = operation !== undefined || outside.has(`${method} ${path}`) || contract === undefined;
    if (response.ok && !known) complain('is no operation of the contract');
    if (!known && ![401, 403, 404, 405].includes(response.status)) complain('answers for a route that does not exist');
    if (response.ok && operation !== undefined) this.answered.add(operation);
    // The document calls downloaded bytes a JSON string, which no service sends.
    if (response.ok && operation === 'GET /files/{file_id}/content') return;
    const copy = response.clone();
    const task = copy.text().then(
      (text) => this.#lookAtBody(operation, response, text, complain),
      // Cut off, by the client or by the server: there is nothing whole to look at.
      () => undefined,
    );
    this.#running.add(task);
    void task.finally(() => this.#running.delete(task));
  }

  #lookAtBody(operation: string | undefined, response: Response, text: string, complain: (problem: string) => void): void {
    const type = (response.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
    const values: unknown[] = [];
    try {
      values.push(...(type === 'text/event-stream' ? events(text) : [JSON.parse(text) as unknown]));
    } catch {
      complain(`no JSON: ${text.slice(0, 200)}`);
      return;
    }
    for (const value of values) {
      const failed = !response.ok || (type === 'text/event-stream' && (value as Node | null)?.['error'] !== undefined);
      if (failed) {
        for (const problem of contract?.error()(value) ?? []) complain(problem);
        checkEnvelope(value, complain);
        continue;
      }
      if (contract !== undefined && operation !== undefined) {
        const check = contract.body(operation, response.status, type);
        if (check === undefined) complain(`an answer of the type ${type} is not in the contract`);
        else for (const problem of check(value)) complain(problem);
      }
      checkIds(value, complain);
    }
  }
}

function events(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)) as unknown);
}

function checkEnvelope(value: unknown, complain: (problem: string) => void): void {
  const error = (value as { readonly error?: Node } | null)?.error;
  const keys = Object.keys(error ?? {}).toSorted().join();
  if (keys !== 'code,message,param,type') complain(`the error has the fields ${keys}`);
}

function checkIds(value: unknown, complain: (problem: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) checkIds(item, complain);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Node;
  const form = idForms[String(fields['object'])];
  if (form !== undefined && !form.test(String(fields['id']))) complain(`the id ${String(fields['id'])} is malformed`);
  const tuned = fields['fine_tuned_model'];
  if (typeof tuned === 'string' && !tunedModel.test(tuned)) complain(`the model name ${tuned} is malformed`);
  const checkpoint = fields['fine_tuned_model_checkpoint'];
  if (typeof checkpoint === 'string' && !checkpointModel.test(checkpoint)) complain(`the name ${checkpoint} is malformed`);
  for (const item of Object.values(fields)) checkIds(item, complain);
}
