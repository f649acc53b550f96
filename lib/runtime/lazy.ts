/** Makes a value once, at the first call. A failure is not kept, so the next call tries again. */
export interface Lazy<T> {
  (): Promise<T>;
  /** The value that was made or is being made; undefined before the first call. */
  made(): Promise<T> | undefined;
  /** The value, once it is ready. */
  value(): T | undefined;
}

export function lazy<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  let value: T | undefined;
  const keep = async () => {
    value = await make();
    return value;
  };
  const get = () => {
    made ??= keep().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return Object.assign(get, { made: () => made, value: () => value });
}
