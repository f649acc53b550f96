/** A service whose members are all asynchronous methods, so that opening it late changes none of their types. */
type AsyncMethods<T> = { [Name in keyof T]: (...inputs: never[]) => Promise<unknown> };

/**
 * A service that is opened by the first call of one of its methods. The call rejects with the error of `open` if the
 * service cannot be opened; `open` decides whether the next call tries again, as `lazy` does.
 */
export function deferred<T extends object & AsyncMethods<T>>(open: () => Promise<T>): T {
  return new Proxy<T>(Object.create(null), {
    get: (_target, name) => {
      // A value with a method `then` is a promise for `await`, which would open the service.
      if (name === 'then') return undefined;
      return async (...inputs: unknown[]) => {
        const service = await open();
        return Reflect.apply(Reflect.get(service, name), service, inputs);
      };
    },
  });
}
