import { ServiceError, type ServiceErrorKind, type Uploads } from '../../providers/port.ts';
import type { UploadLimits } from '../../providers/profile.ts';
import type { WireFile } from '../../providers/wire.ts';
import { withMarkChange, type MarkChange } from './byteOrderMark.ts';
import { SourceChangedError, type Restart, type Sent, type UploadTask } from './upload.ts';
import { partCount, withPart, type UploadState } from './uploadState.ts';

/** Parts that are under way at once. */
const parallel = 3;
/** A part that was lost may be sent again: the list at the end says which ones count. */
const retriesMs = [1_000, 3_000, 9_000, 27_000];
const passing: ReadonlySet<ServiceErrorKind> = new Set(['cutOff', 'unreachable', 'serverFault', 'rateLimited']);

/** What was begun cannot be gone on with. */
export class RestartNeeded extends Error {
  readonly why: Restart;

  constructor(why: Restart) {
    super(why);
    this.why = why;
  }
}

export type PartsTask = UploadTask & { readonly limits: UploadLimits; readonly change: MarkChange; readonly uploads: Uploads };

/** One upload in parts, from its first byte to its file; what was sent before is only compared. */
export class PartsUpload {
  readonly #task: PartsTask;
  readonly #isResumed: boolean;
  /** Buffers that no part uses at the moment: they are the memory of the whole upload. */
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #state: UploadState;
  #saving: Promise<void> = Promise.resolve();
  #failure: unknown;
  #failed = false;
  #doneBytes = 0;

  constructor(task: PartsTask, state: UploadState, isResumed: boolean) {
    this.#task = task;
    this.#state = state;
    this.#isResumed = isResumed;
  }

  get state(): UploadState {
    return this.#state;
  }

  async run(signal: AbortSignal): Promise<Sent> {
    const { source, change, hash } = this.#task;
    const whole = hash('sha256');
    const md5 = hash('md5');
    let total: number;
    try {
      total = await this.#readAndSend(withMarkChange(source.open(signal, true), change, (chunk) => whole.update(chunk)), md5, signal);
    } finally {
      await Promise.all(this.#underWay);
    }
    // Whoever fails reads no further, so how much was read says nothing then.
    if (this.#failed) throw this.#failure;
    if (total !== this.#state.sentBytes) throw new SourceChangedError(source.name);
    const file = await this.#complete(md5.digest(), signal);
    await this.#task.memory.drop(this.#state);
    return { file, sha256: whole.digest() };
  }

  async #readAndSend(bytes: AsyncIterable<Uint8Array>, md5: { update(bytes: Uint8Array): void }, signal: AbortSignal): Promise<number> {
    const { partBytes } = this.#state;
    let part = this.#takeBuffer();
    let used = 0;
    let index = 0;
    let total = 0;
    for await (const chunk of bytes) {
      if (total + chunk.length > this.#state.sentBytes) throw new SourceChangedError(this.#task.source.name);
      total += chunk.length;
      for (let at = 0; at < chunk.length; ) {
        const taken = Math.min(partBytes - used, chunk.length - at);
        part.set(chunk.subarray(at, at + taken), used);
        used += taken;
        at += taken;
        if (used < partBytes) continue;
        md5.update(part);
        await this.#hand(index, part, part, signal);
        index += 1;
        used = 0;
        part = this.#takeBuffer();
        if (this.#failed) return total;
      }
    }
    const rest = part.subarray(0, used);
    md5.update(rest);
    if (used > 0) await this.#hand(index, part, rest, signal);
    return total;
  }

  #takeBuffer(): Uint8Array<ArrayBuffer> {
    return this.#free.pop() ?? new Uint8Array(this.#state.partBytes);
  }

  /** Sends a part once there is room for one more; one that was sent before is only compared. */
  async #hand(index: number, buffer: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    const hasher = this.#task.hash('sha256');
    hasher.update(bytes);
    const sha256 = hasher.digest();
    const sent = this.#state.parts[index] ?? null;
    if (sent !== null) {
      this.#free.push(buffer);
      if (sent.sha256 !== sha256) {
        // Parts that are under way are not worth any patience now.
        this.#failed = true;
        throw new RestartNeeded('changed');
      }
      this.#advance(bytes.length);
      return;
    }
    while (this.#underWay.size >= parallel && !this.#failed) await Promise.race(this.#underWay);
    if (this.#failed) return;
    const sending = this.#send(index, bytes, sha256, signal)
      .catch((error: unknown) => {
        if (!this.#failed) this.#failure = error;
        this.#failed = true;
      })
      .finally(() => {
        this.#free.push(buffer);
        this.#underWay.delete(sending);
      });
    this.#underWay.add(sending);
  }

  async #send(index: number, bytes: Uint8Array<ArrayBuffer>, sha256: string, signal: AbortSignal): Promise<void> {
    const { uploads, memory } = this.#task;
    const { id } = await this.#patiently(() => uploads.addPart(this.#state.uploadId, bytes, signal), signal);
    this.#state = withPart(this.#state, index, { id, sha256 });
    const { state } = this;
    this.#saving = this.#saving.then(() => memory.save(state));
    await this.#saving;
    this.#advance(bytes.length);
  }

  async #patiently<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        if (this.#isGone(error)) throw new RestartNeeded('expired');
        const pause = retriesMs[attempt];
        if (pause === undefined || !passing.has(error.facts.kind) || signal.aborted || this.#failed) throw error;
        await this.#task.wait(Math.max(pause, (error.facts.retryAfter ?? 0) * 1_000), signal);
      }
    }
  }

  /** True if the service does not take parts for this upload any more. */
  #isGone({ facts }: ServiceError): boolean {
    const code = facts.code ?? '';
    if (facts.kind === 'notFound' || /^upload_(expired|cancelled|completed)$/.test(code)) return true;
    // Services word it differently; a part that a fresh upload takes, an old one refuses only because of its age.
    return this.#isResumed && facts.kind === 'rejected' && facts.status !== 413;
  }

  /** Puts the parts in order. If the answer is lost, the file may be there all the same. */
  async #complete(md5: string, signal: AbortSignal): Promise<WireFile> {
    const { uploads } = this.#task;
    const ids = this.#state.parts.slice(0, partCount(this.#state)).flatMap((part) => (part === null ? [] : [part.id]));
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { file } = await uploads.complete(this.#state.uploadId, ids, md5, signal);
        if (file !== null) return file;
        throw new ServiceError('The service named no file.', { kind: 'serverFault', code: 'invalid_answer' });
      } catch (error) {
        if (!(error instanceof ServiceError) || signal.aborted) throw error;
        const found = await this.#findCompleted(signal);
        if (found !== undefined) return found;
        if (error.facts.param === 'md5') throw new RestartNeeded('changed');
        if (this.#isGone(error)) throw new RestartNeeded('expired');
        const pause = retriesMs[attempt];
        if (pause === undefined || !passing.has(error.facts.kind)) throw error;
        await this.#task.wait(pause, signal);
      }
    }
  }

  /** The one file of this name and size that came since; of two nobody can say which is ours. */
  async #findCompleted(signal: AbortSignal): Promise<WireFile | undefined> {
    const { name } = this.#state.file;
    try {
      const { data } = await this.#task.service.listFiles({ limit: 100 }, signal);
      const since = data.filter((file) => file.created_at >= this.#state.createdAt);
      const [only, ...others] = since.filter(({ filename, bytes }) => filename === name && bytes === this.#state.sentBytes);
      return others.length === 0 ? only : undefined;
    } catch (error) {
      if (error instanceof ServiceError) return undefined;
      throw error;
    }
  }

  #advance(bytes: number): void {
    this.#doneBytes += bytes;
    this.#task.onPhase({ phase: 'sending', done: this.#doneBytes, total: this.#state.sentBytes });
  }
}
