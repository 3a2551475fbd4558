/** Byte-pair vocabularies that this product can count exactly. */
export type Encoding = 'o200k_base';

/**
 * The vocabulary of a model; undefined where it is unknown or none of those we have. Without a model it is that of
 * the provider's models that can be tuned.
 * Source: OpenAI cookbook, "How to count tokens with tiktoken"; the tunable models of 2026 all use o200k_base.
 */
export function encodingOf(model: string | undefined, provider: string): Encoding | undefined {
  if (model === undefined) {
    return provider === 'openai' || provider === 'azure' ? 'o200k_base' : undefined;
  }
  const base = model.toLowerCase().replace(/^ft:/, '');
  return /^(?:gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|chatgpt-4o|o[134](?:-|$))/.test(base) ? 'o200k_base' : undefined;
}
