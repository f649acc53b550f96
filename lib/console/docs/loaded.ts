import { signal } from '@preact/signals';
import { loadFormats } from '../formats.ts';
import { type ApiDocument, readDocument } from './api-document.ts';

/** The OpenAPI document of the service; undefined until it is there. */
export const apiDocument = signal<ApiDocument | undefined>(undefined);

const missing = signal<ReadonlySet<string>>(new Set());

/** Whether the service did not give this: the functions of a cloud answer apart, so that a page may come without its data. */
export function isMissing(what: 'formats' | 'document'): boolean {
  return missing.value.has(what);
}

/** Loads what a page shows. `then` is called when it is shown. */
export async function load(what: 'formats' | 'document'): Promise<void> {
  try {
    if (what === 'formats') await loadFormats();
    else apiDocument.value = await readDocument();
  } catch {
    missing.value = new Set([...missing.value, what]);
  }
}
