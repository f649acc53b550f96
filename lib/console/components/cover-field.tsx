import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { PICTURES } from '../cover.ts';
import type { EditedOutput } from '../edited-output.ts';
import { t } from '../messages.ts';
import { CoverPicture } from './cover-picture.tsx';

/** The picture of the next result: the original's, another one, or none. */
export function CoverField({ media, options, onChange, cover, onCover, present, hasSent }: EditedOutput) {
  const own = useSignal<string | undefined>(undefined);
  const isSent = hasSent && cover !== 'original';
  useEffect(() => {
    if (!(cover instanceof File)) return;
    const url = URL.createObjectURL(cover);
    own.value = url;
    return () => {
      URL.revokeObjectURL(url);
      own.value = undefined;
    };
  }, [cover, own]);
  const isStripped = options.coverArt === 'strip';
  return (
    <fieldset class="cover">
      <legend>{t('option.coverArt')}</legend>
      {own.value && <img class="cover-picture" src={own.value} alt={t('edit.cover.new')} />}
      {!own.value && present && !(isStripped && present.isOriginal) && (
        <CoverPicture key={present.key} load={present.load} alt={t('edit.cover.now')} />
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
                if (file) onCover(file);
              }}
            />
          </label>
          {(cover instanceof File || isSent) && (
            <button type="button" class="quiet" onClick={() => onCover(hasSent ? 'original' : undefined)}>
              {t('edit.cover.back')}
            </button>
          )}
        </div>
        {media.coverArt && (
          <label class="check">
            <input
              type="checkbox"
              checked={isStripped}
              onChange={({ currentTarget }) => {
                const { coverArt: _, ...others } = options;
                onChange(currentTarget.checked ? { ...others, coverArt: 'strip' } : others);
              }}
            />
            {t('edit.cover.strip')}
          </label>
        )}
      </div>
    </fieldset>
  );
}
