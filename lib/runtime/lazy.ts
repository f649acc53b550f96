/** Makes something when it is first asked for, and once; a failure is not kept, so that the next call tries again. */
export interface Lazy<T> {
  (): Promise<T>;
  /** What was made, or is being made; undefined where nobody asked. */
  made(): Promise<T> | undefined;
  /** What was made, where it is ready. */
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
