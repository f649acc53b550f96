import { IncomingMessage } from 'node:http';
import type { AppError } from '../runtime/errors.ts';

/** A request that counts the bytes of its body, and that the server can end with an answer. */
export class ReceivedRequest extends IncomingMessage {
  /** Received bytes of the body, without the framing of chunks. */
  received = 0;
  /** The reason why the server ended the body before the client did. */
  failure: AppError | undefined;
  #onFirstRead: (() => void) | undefined;

  /** Whether the client sends its body only after 100 Continue, which is not sent yet. */
  get awaitsContinue(): boolean {
    return this.#onFirstRead !== undefined;
  }

  /** Calls `work` when the body is read for the first time. */
  onFirstRead(work: () => void): void {
    this.#onFirstRead = work;
  }

  /** Ends the body with an error for its readers; the connection stays open for the answer. */
  fail(reason: AppError): void {
    this.failure = reason;
    this.destroy(new Error('The body was ended by the server', { cause: reason }));
  }

  override push(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean {
    this.received += chunk?.length ?? 0;
    return super.push(chunk, encoding);
  }

  override _read(size: number): void {
    const work = this.#onFirstRead;
    this.#onFirstRead = undefined;
    work?.();
    super._read(size);
  }

  /** The base class closes the connection here. Both drop an error without a listener. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.failure) super._destroy(error, callback);
    else callback(this.listenerCount('error') > 0 ? error : null);
  }
}
