import { ServiceError } from '../../core/providers/port.ts';
import type { Auto, Hyperparameters, JobCreateRequest } from '../../core/providers/wire.ts';

type Method =
  | { readonly method: 'sft'; readonly train_on_inputs: 'auto' }
  | { readonly method: 'dpo'; readonly dpo_beta?: number };

/**
 * A job as Together wants it: flat, with the learning rate itself. `auto` is left out, which means one epoch, the
 * largest batch and the model's own rate there. Metadata and Weights & Biases have no place (the latter only with a
 * key of the user's account there).
 * @throws ServiceError 'rejected' with code 'not_offered' for a method that it does not have
 */
export function toTogetherRequest(request: JobCreateRequest): Readonly<Record<string, unknown>> {
  const { n_epochs, batch_size, learning_rate_multiplier: learning_rate } = hyperparametersOf(request);
  const { suffix, seed: random_seed } = request;
  return {
    ...toPriced(request),
    ...chosen({ batch_size, learning_rate }),
    ...(suffix === undefined || suffix === null ? {} : { suffix }),
    ...(random_seed === undefined || random_seed === null ? {} : { random_seed }),
    // Without evaluations a validation file is paid for and never read.
    ...(request.validation_file ? { n_evals: typeof n_epochs === 'number' ? n_epochs : 1 } : {}),
  };
}

/** The part of a request that its price depends on. */
export function toPriced(request: JobCreateRequest): Readonly<Record<string, unknown>> {
  const { model, training_file, validation_file } = request;
  const { n_epochs } = hyperparametersOf(request);
  return {
    model,
    training_file,
    ...(validation_file ? { validation_file } : {}),
    ...chosen({ n_epochs }),
    training_method: toMethod(request),
  };
}

function toMethod({ method }: JobCreateRequest): Method {
  if (method === undefined || method.type === 'supervised') return { method: 'sft', train_on_inputs: 'auto' };
  if (method.type !== 'dpo') {
    const message = `Together AI has no training method «${method.type}».`;
    throw new ServiceError(message, { kind: 'rejected', code: 'not_offered', param: 'method' });
  }
  const beta = method.dpo?.hyperparameters?.beta;
  return { method: 'dpo', ...(typeof beta === 'number' ? { dpo_beta: beta } : {}) };
}

function hyperparametersOf({ hyperparameters, method }: JobCreateRequest): Hyperparameters {
  return { ...hyperparameters, ...method?.supervised?.hyperparameters, ...method?.dpo?.hyperparameters };
}

function chosen(fields: Readonly<Record<string, Auto<number> | undefined>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'number'));
}
