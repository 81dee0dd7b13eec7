/**
 * A value, or a promise of one. What is here already is not waited for: with tens of thousands of payloads the waiting
 * itself would be most of the work.
 */
export type Maybe<T> = T | Promise<T>;

export function after<A, B>(value: Maybe<A>, next: (value: A) => Maybe<B>): Maybe<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

export function all<T>(values: Maybe<T>[]): Maybe<T[]> {
  for (const value of values) if (value instanceof Promise) return Promise.all(values);
  return values as T[];
}

/** The same for each of them. What one throws is told when all have begun: no promise is left that nobody waits for. */
export function each<A, B>(values: readonly A[], make: (value: A) => Maybe<B>): Maybe<B[]> {
  return all(
    values.map((value) => {
      try {
        return make(value);
      } catch (error) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what was thrown, as it is
        return Promise.reject<B>(error);
      }
    }),
  );
}
