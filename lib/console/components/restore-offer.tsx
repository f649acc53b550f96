import { useSignal } from '@preact/signals';
import { offersRestore, restoreBackup } from '../account.ts';
import { t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { go } from '../place.ts';
import { session } from '../session.ts';

/** On the first page of a fresh service: the way to bring back another one. */
export function RestoreOffer() {
  const isBusy = useSignal(false);
  if (session.value !== 'none' || !offersRestore.value) return null;
  const restore = async (backup: File) => {
    isBusy.value = true;
    try {
      const isIn = await restoreBackup(backup);
      tell(isIn ? t('restore.done') : t('restore.done.logIn'));
      if (!isIn) go('log-in');
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <p class="center hint">
      {isBusy.value ? (
        <span role="status">{t('restore.running')}</span>
      ) : (
        <>
          {t('restore.hint')}{' '}
          <label class="file-button">
            {t('restore.choose')}
            <input
              class="unseen"
              type="file"
              onChange={({ currentTarget }) => {
                const [file] = currentTarget.files ?? [];
                if (file) restore(file).catch(complain);
              }}
            />
          </label>
        </>
      )}
    </p>
  );
}
