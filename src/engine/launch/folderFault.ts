import { errorCode } from '../../disk/system.ts';

const faults: Readonly<Record<string, string>> = {
  EACCES: 'it may not be written to',
  EPERM: 'it may not be written to',
  EROFS: 'it is on a read-only disk',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'there is a file of that name',
  ENOSPC: 'its disk is full',
  ENOENT: 'it cannot be created there',
};

/** An error of the file system in the data folder as a sentence with a next step; any other error as it is. */
export function explainFolderFault(error: unknown, dataFolder: string): unknown {
  const { path } = error as { readonly path?: unknown };
  const fault = typeof path === 'string' ? faults[errorCode(error) ?? ''] : undefined;
  return fault === undefined
    ? error
    : new Error(
        `The Local engine cannot use its data folder ${dataFolder}: ${fault}. ` +
          'Mend that, or name another folder in the environment variable TUNESMITH_HOME.',
        { cause: error },
      );
}
