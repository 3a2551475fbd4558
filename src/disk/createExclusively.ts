import { errorCode, realSystem, type System } from './system.ts';

/** Creates an empty file (0600) if nothing has the name; false if something has it. At most one caller gets true. */
export async function createExclusively(path: string, system: System = realSystem): Promise<boolean> {
  try {
    const file = await system.open(path, 'wx', 0o600);
    await file.close();
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      return false;
    }
    throw error;
  }
}
