/** A figure that is known within bounds: low <= likely <= high. */
export type Amount = { readonly low: number; readonly likely: number; readonly high: number };

export function exactly(value: number): Amount {
  return { low: value, likely: value, high: value };
}

export function times(one: Amount, other: Amount): Amount {
  return { low: one.low * other.low, likely: one.likely * other.likely, high: one.high * other.high };
}

export function plus(one: Amount, other: Amount): Amount {
  return { low: one.low + other.low, likely: one.likely + other.likely, high: one.high + other.high };
}
