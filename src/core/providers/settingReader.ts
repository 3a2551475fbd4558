/** What is wrong with one place of a setting; `path` as it is written there, `a.b.c`. */
export type SettingFault = {
  readonly path: string;
  readonly kind: 'notObject' | 'unknownKey' | 'notDate' | 'noDate' | 'notNumber' | 'notBoolean' | 'notText' | 'notChoice' | 'notRange';
  /** What may stand there, where there is a list. */
  readonly choices?: readonly string[];
};

export type Fields = Readonly<Record<string, unknown>>;

/** Reads values of a setting by their kind; what is wrong is written down, and undefined comes back. */
export class SettingReader {
  readonly #faults: SettingFault[] = [];

  get faults(): readonly SettingFault[] {
    return this.#faults;
  }

  fault(path: string, kind: SettingFault['kind'], choices?: readonly string[]): undefined {
    this.#faults.push({ path, kind, ...(choices === undefined ? {} : { choices }) });
  }

  /** An object, of which keys that nobody reads are told: they are mistyped more often than not. */
  object(value: unknown, path: string, keys?: readonly string[]): Fields | undefined {
    if (value === undefined) return undefined;
    if (!isFields(value)) return this.fault(path, 'notObject');
    for (const key of keys === undefined ? [] : Object.keys(value)) {
      if (keys?.includes(key) === false) this.fault(join(path, key), 'unknownKey', keys);
    }
    return value;
  }

  number(value: unknown, path: string, min: number): number | undefined {
    if (value === undefined) return undefined;
    return typeof value === 'number' && Number.isFinite(value) && value >= min ? value : this.fault(path, 'notNumber');
  }

  boolean(value: unknown, path: string): boolean | undefined {
    if (value === undefined) return undefined;
    return typeof value === 'boolean' ? value : this.fault(path, 'notBoolean');
  }

  text(value: unknown, path: string): string | undefined {
    if (value === undefined) return undefined;
    return typeof value === 'string' && value.trim() !== '' ? value : this.fault(path, 'notText');
  }

  /** A day that exists, YYYY-MM-DD. */
  date(value: unknown, path: string): string | undefined {
    if (value === undefined) return undefined;
    return isDay(value) ? value : this.fault(path, 'notDate');
  }

  choice<T extends string>(value: unknown, path: string, choices: readonly T[]): T | undefined {
    if (value === undefined) return undefined;
    return choices.find((choice) => choice === value) ?? this.fault(path, 'notChoice', choices);
  }

  /** A list of choices with at least one of them. */
  choices<T extends string>(value: unknown, path: string, choices: readonly T[]): readonly T[] | undefined {
    if (value === undefined) return undefined;
    const known = choices.filter((choice) => Array.isArray(value) && value.includes(choice));
    const isGood = Array.isArray(value) && known.length === value.length && known.length > 0;
    return isGood ? known : this.fault(path, 'notChoice', choices);
  }
}

export function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}
