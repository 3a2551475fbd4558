import { realSystem, type OpenFile, type System } from '../../src/disk/system.ts';

/** What a trainer writes so that a job can go on from it, and what the server does to make it durable. */
const saved = /[/\\]\.?(step|state)-\d+/;

/** Kills this process on entering the `nth` call of the disk, in this thread, that has to do with saved training. */
export function killAtCall(nth: number): void {
  let calls = 0;
  const pass = (path: string): void => {
    if (!saved.test(path)) return;
    calls += 1;
    if (calls === nth) process.kill(process.pid, 'SIGKILL');
  };
  const system = { ...realSystem };
  Object.assign(realSystem, {
    open: async (path, flags, mode) => {
      pass(path);
      return watched(await system.open(path, flags, mode), () => pass(path));
    },
    rename: (from, to) => {
      pass(from);
      return system.rename(from, to);
    },
    mkdir: (path, options) => {
      pass(path);
      return system.mkdir(path, options);
    },
    rm: (path, options) => {
      pass(path);
      return system.rm(path, options);
    },
  } satisfies Partial<System>);
}

function watched(file: OpenFile, pass: () => void): OpenFile {
  return {
    read: (...given) => file.read(...given),
    write: (...given) => {
      pass();
      return file.write(...given);
    },
    sync: () => {
      pass();
      return file.sync();
    },
    truncate: (length) => file.truncate(length),
    chmod: (mode) => file.chmod(mode),
    chown: (uid, gid) => file.chown(uid, gid),
    stat: () => file.stat(),
    close: () => file.close(),
  };
}
