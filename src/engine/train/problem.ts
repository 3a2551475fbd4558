/** A training that cannot go on for a reason the user can do something about. `code` as in OpenAI's job errors. */
export class TrainingProblem extends Error {
  override readonly name = 'TrainingProblem';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The job was cancelled; not an error. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}
