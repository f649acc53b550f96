import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Batch } from '../../client/index.ts';
import { batches, hasOlder, nameOf, readBatches, readOlder, removeBatch } from '../batches.ts';
import { EVERYTHING } from '../criteria.ts';
import { save } from '../download.ts';
import { counted, t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import { go } from '../place.ts';
import { moment } from '../quantities.ts';
import { choose } from '../tasks.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { JoinForm } from './join-form.tsx';

/** The batches of the user, with their progress. */
export function BatchesDialog() {
  const isRead = useSignal(batches.value.length > 0);
  useEffect(() => {
    readBatches().then(() => {
      isRead.value = true;
    }, complain);
  }, [isRead]);
  const { value } = batches;
  return (
    <Dialog title={t('batches.title')} kind="side" onClose={() => go('')}>
      {isRead.value && value.length === 0 && <p class="empty">{t('batches.empty')}</p>}
      {value.length > 0 && (
        <ul class="batches">
          {value.map((batch) => (
            <BatchRow key={batch.id} batch={batch} />
          ))}
        </ul>
      )}
      {hasOlder.value && (
        <div class="buttons">
          <button type="button" onClick={() => readOlder().catch(complain)}>
            {t('batches.older')}
          </button>
        </div>
      )}
    </Dialog>
  );
}

function BatchRow({ batch }: { batch: Batch }) {
  const { id, createdAt, total, states, progress, ended } = batch;
  const name = nameOf(batch);
  const isJoining = useSignal(false);
  const [done, failed] = [states.PROCESSED ?? 0, (states.FAILED ?? 0) + (states.EXPIRED ?? 0)];
  const show = () => {
    choose({ ...EVERYTHING, batch: { id, name } }).catch(complain);
    go('');
  };
  return (
    <li>
      <div class="row-text">
        <span class="file-name" title={name}>
          {name}
        </span>
        <span class="hint">
          {moment(createdAt)} · {t('batch.done', { done, total })}
          {failed > 0 && ` · ${counted('batch.failed', failed)}`}
        </span>
        {!ended && <progress max={1} value={progress} aria-label={t('batch.progress', { name })} />}
      </div>
      <div class="buttons">
        <button type="button" onClick={show} aria-label={t('batch.show.of', { name })}>
          {t('batch.show')}
        </button>
        {done > 0 && (
          <button
            type="button"
            aria-label={t('batch.download.of', { name })}
            onClick={() => save(`/api/batches/${id}/results.zip`).catch(complain)}
          >
            <Icon name="download" />
            ZIP
          </button>
        )}
        {ended && done > 0 && (
          <button
            type="button"
            aria-label={t('batch.join.of', { name })}
            aria-expanded={isJoining.value}
            onClick={() => {
              isJoining.value = !isJoining.value;
            }}
          >
            {t('batch.join')}
          </button>
        )}
        <Removal batch={batch} name={name} />
      </div>
      {isJoining.value && (
        <JoinForm
          batchId={id}
          name={name}
          onJoined={() => {
            isJoining.value = false;
          }}
        />
      )}
    </li>
  );
}

/** Asks once more, since a batch may have a thousand files. */
function Removal({ batch: { id, total }, name }: { batch: Batch; name: string }) {
  const isAsking = useSignal(false);
  const remove = () => removeBatch(id).then(() => tell(t('batch.deleted', { name })), complain);
  if (!isAsking.value)
    return (
      <button
        type="button"
        class="quiet square"
        aria-label={t('batch.delete.of', { name })}
        onClick={() => {
          isAsking.value = true;
        }}
      >
        <Icon name="delete" />
      </button>
    );
  return (
    <button
      type="button"
      class="danger"
      onClick={remove}
      onBlur={() => {
        isAsking.value = false;
      }}
    >
      {counted('batch.delete', total)}
    </button>
  );
}
