/** Every limit of the server in one place. Bytes and milliseconds. */
export const limits = {
  headerBytes: 16 * 1024,
  headerCount: 100,
  jsonBytes: 4 * 1024 * 1024,
  jsonDepth: 64,
  /** As the Files API of OpenAI: 512 MB a file. */
  fileBytes: 512 * 1024 * 1024,
  /** Multipart adds part headers and boundaries to the file. */
  uploadBytes: 512 * 1024 * 1024 + 64 * 1024,
  filenameLength: 255,
  headersMs: 10_000,
  requestMs: 300_000,
  /** A body that stands still this long is given up. */
  bodyStallMs: 20_000,
  keepAliveMs: 5_000,
  connections: 64,
  requestsPerSocket: 1_000,
  /** Chats that wait for the generator; more are told to come back. */
  waitingChats: 16,
  queuedJobs: 1_000,
  chatMessages: 1_000,
  /** Bytes of a stream that a slow reader may leave unread before it is cut off. */
  unreadStreamBytes: 1024 * 1024,
  heartbeatMs: 15_000,
} as const;
