import type { CompletionKey } from '../codes/formatCodes.ts';
import { jsonTypeOf } from '../jsonType.ts';
import type { Findings } from './findings.ts';

export const completionKeys: readonly CompletionKey[] = ['prompt', 'completion'];

/** The old data preparation tool of OpenAI offers to drop pairs longer than this, in characters. */
const longPair = 10_000;

/**
 * The rules of one pair of prompt and completion.
 * Source: FineTuneCompletionRequestInput of openai-openapi (2025-06) and `prepare_data` of openai-python.
 */
export function checkCompletionExample(example: Readonly<Record<string, unknown>>, findings: Findings): void {
  let units = 0;
  for (const key of completionKeys) {
    const value = example[key];
    if (value === undefined) {
      findings.add({ code: 'completion.key.missing', key }, []);
    } else if (typeof value !== 'string') {
      findings.add({ code: 'completion.value.wrongType', key, type: jsonTypeOf(value) }, [key]);
    } else {
      units += value.length;
      if (key === 'completion' && value.trim() === '') {
        findings.add({ code: 'completion.empty' }, [key]);
      }
    }
  }
  if (units > longPair) {
    findings.add({ code: 'completion.long', units, maximum: longPair }, ['completion'], 'key');
  }
  for (const key in example) {
    if (key !== 'prompt' && key !== 'completion') {
      findings.add({ code: 'completion.key.unknown', key }, [key], 'key');
    }
  }
}
