import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { coverOf, PICTURES } from '../cover.ts';
import type { EditedOutput } from '../edited-output.ts';
import { t } from '../messages.ts';
import { withOption } from '../wanted.ts';
import { CoverPicture } from './cover-picture.tsx';

/** The picture of the next result: the original's, another one, or none. */
export function CoverField({ task, next, cover }: EditedOutput) {
  const own = useSignal<string | undefined>(undefined);
  const chosen = cover.value;
  const sent = task.cover !== null && chosen !== 'original';
  const has = task.media?.coverArt === true;
  const shown = sent && task.result?.media.coverArt === true ? 'result' : has ? 'original' : undefined;
  useEffect(() => {
    if (!(chosen instanceof File)) return;
    const url = URL.createObjectURL(chosen);
    own.value = url;
    return () => {
      URL.revokeObjectURL(url);
      own.value = undefined;
    };
  }, [chosen, own]);
  const isStripped = next.value.options.coverArt === 'strip';
  return (
    <fieldset class="cover">
      <legend>{t('option.coverArt')}</legend>
      {own.value && <img class="cover-picture" src={own.value} alt={t('edit.cover.new')} />}
      {!own.value && shown && !(isStripped && shown === 'original') && (
        <CoverPicture
          key={`${shown} ${task.revision}`}
          load={() => coverOf(task, shown)}
          alt={t('edit.cover.now')}
        />
      )}
      <div class="stack">
        <div class="buttons">
          <label class="file-button">
            {t('edit.cover.choose')}
            <input
              class="unseen"
              type="file"
              accept={PICTURES}
              onChange={({ currentTarget }) => {
                const [file] = currentTarget.files ?? [];
                if (file) cover.value = file;
              }}
            />
          </label>
          {(chosen instanceof File || sent) && (
            <button
              type="button"
              class="quiet"
              onClick={() => {
                cover.value = task.cover ? 'original' : undefined;
              }}
            >
              {t('edit.cover.back')}
            </button>
          )}
        </div>
        {has && (
          <label class="check">
            <input
              type="checkbox"
              checked={isStripped}
              onChange={({ currentTarget }) => {
                next.value = withOption(next.value, 'coverArt', currentTarget.checked ? 'strip' : undefined);
              }}
            />
            {t('edit.cover.strip')}
          </label>
        )}
      </div>
    </fieldset>
  );
}
