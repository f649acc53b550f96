import type { components } from '../client/index.ts';

export type Receipt = components['schemas']['Receipt'];

/** Lets the browser save a receipt as JSON. @param name of the result */
export function saveReceipt(name: string, receipt: Receipt): void {
  const text = `${JSON.stringify(receipt, undefined, 2)}\n`;
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.receipt.json`;
  link.click();
  URL.revokeObjectURL(url);
}

/** Reads a saved receipt, or a task that has one; undefined for other files. The service checks what it has. */
export async function readReceipt(file: Blob): Promise<Receipt | undefined> {
  try {
    return receiptIn(JSON.parse(await file.text()));
  } catch {
    return undefined;
  }
}

function receiptIn(value: unknown): Receipt | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isReceipt(value)) return value;
  return receiptIn('receipt' in value ? value.receipt : 'result' in value ? value.result : undefined);
}

function isReceipt(value: object): value is Receipt {
  return 'version' in value && 'original' in value && 'result' in value;
}
