/**
 * A value, or a promise of one. What is here already is not waited for: with tens of thousands of payloads the waiting
 * itself would be most of the work.
 */
export type Maybe<T> = T | Promise<T>;

export function after<A, B>(value: Maybe<A>, next: (value: A) => Maybe<B>): Maybe<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

export function all<T>(values: readonly Maybe<T>[]): Maybe<readonly T[]> {
  for (const value of values) if (value instanceof Promise) return Promise.all(values);
  return values as readonly T[];
}
