import type { WireErrorBody } from '../../core/providers/wire.ts';

/** An answer that is not 2xx, in the words of the OpenAI API. Thrown by handlers, written by the server. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: WireErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    details: {
      readonly type?: string;
      readonly param?: string | null;
      readonly code?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.body = {
      error: {
        message,
        type: details.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error'),
        param: details.param ?? null,
        code: details.code ?? null,
      },
    };
    this.headers = details.headers ?? {};
  }
}

/** 400 that names the field. */
export function badField(param: string, message: string, code: string | null = null): ApiError {
  return new ApiError(400, message, { param, code });
}

export function notFound(what: string, id: string, param: string): ApiError {
  return new ApiError(404, `No such ${what}: ${quote(id)}`, { param, code: null });
}

export function unknownModel(id: string): ApiError {
  return new ApiError(404, `The model ${quote(id)} does not exist or was deleted.`, {
    param: 'model',
    code: 'model_not_found',
  });
}

/** A value from outside in a message: short, on one line, marked. */
export function quote(value: string): string {
  const short = value.length > 120 ? `${value.slice(0, 120)}…` : value;
  return `'${short.replaceAll(/[\p{C}\p{Zl}\p{Zp}']/gu, '?')}'`;
}
