export type Severity = 'error' | 'warning' | 'information';

/**
 * What a rule rests on, the firmest first: the standards of JSON and UTF-8; a schema that a provider published; what
 * its guide says; what the service is known to answer; what an official checker finds; what models learn from such
 * data; and last, what people only report or infer. A rule of the last kind is never an error by default.
 */
export type Evidence = 'json' | 'schema' | 'guide' | 'service' | 'checker' | 'practice' | 'hearsay';

/** One rule as data. Its page is the paragraph of media/docs/problems.md that its code heads. */
export type Rule = {
  /** How bad a breach is unless somebody sets it otherwise. */
  readonly severity: Severity;
  readonly evidence: Evidence;
};

export type RulesOf<Codes> = { readonly [C in keyof Codes]: Rule };
