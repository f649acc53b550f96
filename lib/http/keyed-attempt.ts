import type { Creation } from '../ports/idempotency.ts';
import type { FormFile } from '../uploads/form-file.ts';

/** A request with an Idempotency-Key, while its handler works. */
export interface KeyedAttempt {
  /** For the service that creates; undefined if the request was carried out before. */
  creation: Creation | undefined;
  /** Text that `keep` got when the request was carried out; only routes of `Idempotency.again` see one. */
  kept: string | undefined;
  /** Compares a form with those that came with the key before, while it is read. */
  judged(form: FormFile): FormFile;
  /** Ends the attempt with a text by which the handler can make its answer again. */
  keep(text: string): Promise<void>;
}
