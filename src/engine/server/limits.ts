/** Every limit of the server in one place. Bytes and milliseconds. */
export const limits = {
  headerBytes: 16 * 1024,
  headerCount: 100,
  jsonBytes: 16 * 1024 * 1024,
  jsonDepth: 64,
  /** Values in a body, those inside others included. */
  jsonValues: 100_000,
  /** As the Files API of OpenAI: 512 MB a file. */
  fileBytes: 512 * 1024 * 1024,
  /** As its Uploads API: 8 GB in parts of 64 MB, all within an hour. */
  uploadTotalBytes: 8 * 1024 * 1024 * 1024,
  uploadPartBytes: 64 * 1024 * 1024,
  uploadSeconds: 3_600,
  uploadParts: 10_000,
  pendingUploads: 1_000,
  /** Multipart adds part headers and boundaries to the file. */
  uploadBytes: 512 * 1024 * 1024 + 64 * 1024,
  filenameLength: 255,
  /** Bytes of a body that must arrive in every `bodyMs`, unless the engine itself is behind. */
  bodyProgressBytes: 1024,
  connections: 64,
  requestsPerSocket: 1_000,
  /** Chats and completions that are answered at the same time; more are told to come back. */
  chats: 32,
  /** Answers to one request, as OpenAI's own limit for `n`. */
  choices: 128,
  biasedTokens: 1_024,
  /** Pieces of an answer that may wait for a slow reader before the computation waits too. */
  untakenEvents: 64,
  queuedJobs: 1_000,
  chatMessages: 1_000,
  /** A stream of which nothing is read for this long is cut off. */
  unreadStreamMs: 60_000,
  heartbeatMs: 15_000,
} as const;

/** The times of connections, in milliseconds; a test that waits for one of them sets it. */
export type ServerTimes = {
  /** A connection has this long to send a whole request header. */
  readonly headersMs: number;
  readonly bodyMs: number;
  /** An answer of which nothing is read for this long is cut off. */
  readonly unreadMs: number;
  /** A connection that is kept for the next request is closed after this long without one. */
  readonly keepAliveMs: number;
  /** How often Node looks for connections whose time is over. */
  readonly checkMs: number;
  /** What running answers get when the engine ends. */
  readonly drainMs: number;
  /** Refusals of the same kind within this long are one line of the log. */
  readonly refusalLogMs: number;
};

export const serverTimes: ServerTimes = {
  headersMs: 10_000,
  bodyMs: 10_000,
  unreadMs: limits.unreadStreamMs,
  keepAliveMs: 5_000,
  checkMs: 1_000,
  drainMs: 2_000,
  refusalLogMs: 60_000,
};
