import { useSignal } from '@preact/signals';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { type Receipt, saveReceipt } from '../receipts.ts';
import { service } from '../service.ts';

interface ReceiptToolsProps {
  /** File name of the result. */
  name: string;
  receipt: Receipt;
}

/** Saves the receipt of a result, and compares a file of this machine with it. */
export function ReceiptTools({ name, receipt }: ReceiptToolsProps) {
  return (
    <div class="stack">
      <p class="hint">{t(receipt.verified ? 'receipt.verified' : 'receipt.made')}</p>
      <div class="buttons">
        <button
          type="button"
          aria-label={t('receipt.save.of', { name })}
          onClick={() => saveReceipt(name, receipt)}
        >
          {t('receipt.save')}
        </button>
        <Comparison receipt={receipt} name={name} />
      </div>
    </div>
  );
}

/** Chooses a file, and tells whether it is the result of a receipt. */
export function Comparison({ name, receipt }: ReceiptToolsProps) {
  const told = useSignal<{ text: string; isRight: boolean } | undefined>(undefined);
  const isBusy = useSignal(false);
  const compare = async (file: File) => {
    isBusy.value = true;
    told.value = undefined;
    try {
      const { matches, is, differences } = await service.verify(file, receipt);
      const sameSound = !differences.some(({ property }) => property === 'md5' || property === 'receipt');
      const kind = matches ? 'matches' : is === 'other' && sameSound ? 'sound' : is;
      const isChanged = differences.some(({ property }) => property === 'receipt');
      const text = t(isChanged ? 'receipt.is.changed' : `receipt.is.${kind}`, { file: file.name, name });
      told.value = { text, isRight: matches };
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <>
      <label class="file-button">
        {t('receipt.compare')}
        <input
          class="unseen"
          type="file"
          aria-label={t('receipt.compare.of', { name })}
          disabled={isBusy.value}
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            currentTarget.value = '';
            if (file) compare(file).catch(complain);
          }}
        />
      </label>
      <output class={told.value?.isRight === false ? 'hint error' : 'hint'} aria-live="polite">
        {isBusy.value ? t('receipt.comparing') : told.value?.text}
      </output>
    </>
  );
}
