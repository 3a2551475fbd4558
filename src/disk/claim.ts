import { removeTree, stat } from './files.ts';
import { readText } from './reading.ts';
import { errorCode, isMissing, realSystem } from './system.ts';

/** A file is this process's own until it is released or the process dies. */
export type Claim = { release(): Promise<void> };

/** A mark without a process id is being written, unless it is older. */
const writingMs = 5_000;
/** Longer than another process that saw the same abandoned mark takes to replace it. */
const settleMs = 100;

/**
 * Claims a file, which need not exist, by a mark beside it that holds the process id; undefined if a living process
 * has claimed it. The mark of a dead one is taken over.
 */
export async function claimFile(path: string): Promise<Claim | undefined> {
  const mark = `${path}.owner`;
  const own = `${process.pid} ${crypto.randomUUID()}`;
  if (!(await writeMark(mark, own))) {
    if (await isHeld(mark)) return undefined;
    await removeTree(mark);
    if (!(await writeMark(mark, own))) return undefined;
    await realSystem.sleep(settleMs);
    if ((await readMark(mark)) !== own) return undefined;
  }
  return {
    release: async () => {
      if ((await readMark(mark)) === own) await removeTree(mark);
    },
  };
}

async function writeMark(mark: string, text: string): Promise<boolean> {
  try {
    const file = await realSystem.open(mark, 'wx', 0o600);
    try {
      const bytes = new TextEncoder().encode(text);
      await file.write(bytes, 0, bytes.length, null);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isHeld(mark: string): Promise<boolean> {
  const pid = Number.parseInt(await readMark(mark), 10);
  if (Number.isInteger(pid)) return isAlive(pid);
  const found = await stat(mark);
  return found !== undefined && Date.now() - found.modifiedMs < writingMs;
}

async function readMark(mark: string): Promise<string> {
  try {
    return await readText(mark, { maxBytes: 1024 });
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

/** A process that may not be signalled is alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
