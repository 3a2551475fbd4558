/** What a kind of service takes. `asOf` says when its documents were read. */
export type DatasetLimits = {
  readonly asOf: string;
  readonly minimumExamples: number;
  readonly recommendedExamples: number;
  readonly maximumFileBytes: number;
  /** Whether a UTF-8 byte-order mark is asked for, or better left out. */
  readonly byteOrderMark: 'wanted' | 'unwanted';
};

const openai: DatasetLimits = {
  asOf: '2026-11-22',
  minimumExamples: 10,
  recommendedExamples: 50,
  maximumFileBytes: 512 * 1024 * 1024,
  byteOrderMark: 'unwanted',
};

/**
 * Limits by provider. Sources: OpenAI's supervised fine-tuning guide and `createFile` of openai-openapi; Microsoft's
 * Azure OpenAI fine-tuning guide, which asks for UTF-8 with a byte-order mark. The Local engine keeps OpenAI's.
 */
export const datasetLimits: Readonly<Record<string, DatasetLimits>> = {
  openai,
  local: openai,
  azure: { ...openai, byteOrderMark: 'wanted' },
};

/** Limits where no provider is named. */
export const defaultLimits: DatasetLimits = openai;
