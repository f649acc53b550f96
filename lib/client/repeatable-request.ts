/**
 * A request whose file is read anew for each attempt. The clone of an unread request keeps all bytes of its body, and in
 * Node.js so does a form of which two requests were made: the file is no body of this request itself.
 */
export class RepeatableRequest extends Request {
  readonly #file: Blob | FormData | undefined;

  constructor(input: string | URL | Request, { body = null, ...init }: RequestInit = {}) {
    const isFile = body instanceof Blob || body instanceof FormData;
    super(input, { ...init, body: isFile ? null : body });
    this.#file = isFile ? body : undefined;
  }

  /** The request as it is now, with its file. */
  again(signal: AbortSignal): Request {
    return this.#file ? new Request(this, { body: this.#file, signal }) : cloned(this, signal);
  }
}

/** One attempt of a request. */
export function attemptOf(request: Request, signal: AbortSignal): Request {
  return request instanceof RepeatableRequest ? request.again(signal) : cloned(request, signal);
}

function cloned(request: Request, signal: AbortSignal): Request {
  return new Request(request.clone(), { signal });
}
