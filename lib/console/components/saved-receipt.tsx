import { useSignal } from '@preact/signals';
import { t } from '../messages.ts';
import { complain, warn } from '../notices.ts';
import { type Receipt, readReceipt } from '../receipts.ts';
import { Comparison } from './receipt-tools.tsx';

/** Compares a file with a receipt that was saved, also of a task that is gone. */
export function SavedReceipt() {
  const chosen = useSignal<{ name: string; receipt: Receipt } | undefined>(undefined);
  const read = async (file: File) => {
    const receipt = await readReceipt(file);
    chosen.value = receipt && { name: file.name, receipt };
    if (!receipt) warn(t('receipt.any.wrong', { file: file.name }));
  };
  return (
    <details class="fold">
      <summary>{t('receipt.any')}</summary>
      <div class="buttons">
        <label class="file-button">
          {t('receipt.any.choose')}
          <input
            class="unseen"
            type="file"
            accept=".json,application/json"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              currentTarget.value = '';
              if (file) read(file).catch(complain);
            }}
          />
        </label>
        {chosen.value && <span class="hint">{chosen.value.name}</span>}
        {chosen.value && (
          <Comparison key={chosen.value.name} name={chosen.value.name} receipt={chosen.value.receipt} />
        )}
      </div>
    </details>
  );
}
