/** Makes something when it is first asked for, and once; a failure is not kept, so that the next call tries again. */
export interface Lazy<T> {
  (): Promise<T>;
  /** What was made, or is being made; undefined where nobody asked. */
  made(): Promise<T> | undefined;
}

export function lazy<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return Object.assign(get, { made: () => made });
}
