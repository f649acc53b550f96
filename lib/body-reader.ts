import type { AppError } from './errors.ts';

/** Makes the error of a body that ends too early. @param rest the bytes after those that were taken */
export type EndedEarly = (rest: Buffer) => AppError;

/** Takes bytes up to a delimiter from a body that comes in chunks of any size; holds one chunk at most. */
export class BodyReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #check: (taken: number) => void;
  #held: Buffer;
  #taken: number;

  /**
   * @param before bytes that stand before those of the source, and are not counted
   * @param check is called with the bytes taken so far before more of the source is read, and throws to end it
   */
  constructor(source: AsyncIterable<Uint8Array>, before: string, check: (taken: number) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#held = Buffer.from(before);
    this.#taken = -before.length;
    this.#check = check;
  }

  /** Content before `delimiter`, which is taken as well. */
  async *upTo(delimiter: Buffer, endedEarly: EndedEarly): AsyncGenerator<Buffer, void> {
    for (;;) {
      const at = this.#held.indexOf(delimiter);
      const length = at >= 0 ? at : Math.max(0, this.#held.length - delimiter.length + 1);
      if (length > 0) yield this.#take(length);
      if (at >= 0) {
        this.#take(delimiter.length);
        return;
      }
      if (!(await this.#more())) throw endedEarly(this.#held);
    }
  }

  /** All before `delimiter` in one piece, and takes `delimiter` as well; undefined where that is over `most` bytes. */
  async block(delimiter: Buffer, most: number, endedEarly: EndedEarly): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.#held.indexOf(delimiter);
      if (at > most || (at < 0 && this.#held.length > most + delimiter.length)) return undefined;
      if (at >= 0) return this.#take(at + delimiter.length).subarray(0, at);
      if (!(await this.#more())) throw endedEarly(this.#held);
    }
  }

  /** The next bytes, which are not taken; fewer where the body ends. */
  async peek(bytes: number): Promise<Buffer> {
    while (this.#held.length < bytes && (await this.#more()));
    return this.#held.subarray(0, bytes);
  }

  /** Takes bytes that `peek` has shown. */
  skip(bytes: number): void {
    this.#take(bytes);
  }

  /** Takes everything to the end of the body. */
  async skipRest(): Promise<void> {
    do this.#take(this.#held.length);
    while (await this.#more());
  }

  #take(bytes: number): Buffer {
    const taken = this.#held.subarray(0, bytes);
    this.#held = this.#held.subarray(bytes);
    this.#taken += bytes;
    return taken;
  }

  async #more(): Promise<boolean> {
    this.#check(this.#taken);
    const { done, value } = await this.#source.next();
    if (done) return false;
    this.#held = Buffer.concat([this.#held, value]);
    return true;
  }
}
