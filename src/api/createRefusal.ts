import { ServiceError, type ServiceErrorFacts, type ServiceOptions } from '../core/providers/port.ts';
import { profileOf } from '../core/providers/providers.ts';

/**
 * A refusal to create a job, told more exactly than any other: a model may be shut down between the list that named
 * it and the job that asks for it, and OpenAI closes fine-tuning for whole organizations, whose keys go on reading.
 */
export async function createOrExplain<T>(
  { trainable = [], baseURL }: ServiceOptions,
  model: string,
  create: () => Promise<T>,
): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { facts, message } = error;
    if (isAboutModel(error)) {
      throw refusal(error, { ...facts, code: 'model_gone', alternatives: trainable.filter((other) => other !== model) });
    }
    const isClosed = facts.kind === 'forbidden' && facts.status === 403 && profileOf(baseURL) === 'openai';
    throw isClosed ? refusal(error, { ...facts, code: 'creation_closed' }, message) : error;
  }
}

function refusal(cause: ServiceError, facts: ServiceErrorFacts, message = cause.message): ServiceError {
  return new ServiceError(message, facts, { cause });
}

/** A code or a param says so, or the sentence does: services word it in their own ways. */
function isAboutModel({ facts, message }: ServiceError): boolean {
  if (facts.kind !== 'notFound' && facts.kind !== 'rejected') return false;
  if (facts.code === 'model_not_found' || facts.param === 'model') return true;
  return /\bmodel\b/i.test(message) && /not (?:available|found|exist|supported)|does not exist|deprecated|retired|no longer/i.test(message);
}
