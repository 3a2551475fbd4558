/** The oldest version of extension or command line that this engine works with; raised when the wire between them breaks. */
export const oldestClient = '0.1.0';

/** Node releases before this one lack what the engine uses. */
export const oldestNode = '22.0.0';

/** Why the engine cannot run on a release of Node, which an editor brings along; undefined if it can. */
export function nodeFault(version: string): string | undefined {
  return isOlder(version, oldestNode)
    ? `The Local engine needs Node ${oldestNode} or newer, but this is ${version}. Update VS Code, or Node where it runs without it.`
    : undefined;
}

/** Whether version `a` comes before `b`; only the three numbers count. A text that is no version comes before all. */
export function isOlder(a: string, b: string): boolean {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (const index of [0, 1, 2] as const) {
    if (left[index] !== right[index]) {
      return left[index] < right[index];
    }
  }
  return false;
}

function numbersOf(version: string): readonly [number, number, number] {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match === null ? [-1, -1, -1] : [Number(match[1]), Number(match[2]), Number(match[3])];
}
