import { ServiceError } from '../core/providers/port.ts';

/**
 * A model may be shut down between the list that named it and the job that asks for it. Such a refusal names the
 * models that can be trained instead, as far as they are known.
 */
export async function withAlternatives<T>(
  trainable: readonly string[] | undefined,
  model: string,
  create: () => Promise<T>,
): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof ServiceError) || !isAboutModel(error)) throw error;
    const alternatives = (trainable ?? []).filter((other) => other !== model);
    throw new ServiceError(error.message, { ...error.facts, code: 'model_gone', alternatives }, { cause: error });
  }
}

/** A code or a param says so, or the sentence does: services word it in their own ways. */
function isAboutModel({ facts, message }: ServiceError): boolean {
  if (facts.kind !== 'notFound' && facts.kind !== 'rejected') return false;
  if (facts.code === 'model_not_found' || facts.param === 'model') return true;
  return /\bmodel\b/i.test(message) && /not (?:available|found|exist|supported)|does not exist|deprecated|retired|no longer/i.test(message);
}
