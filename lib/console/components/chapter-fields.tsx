import { useId } from 'preact/hooks';
import { type Chapter, chaptersOf, withChapterAt, withChapters } from '../chapter-list.ts';
import { standing } from '../jump.ts';
import { t } from '../messages.ts';
import type { Options } from '../options.ts';
import { clock, secondsOf } from '../quantities.ts';
import type { Media } from '../task.ts';
import { Icon } from './icon.tsx';

interface ChapterFieldsProps {
  media: Media;
  options: Options;
  onChange: (options: Options) => void;
}

/** The chapters of the next result. */
export function ChapterFields({ media, options, onChange }: ChapterFieldsProps) {
  const chapters = chaptersOf(media, options);
  const set = (changed: readonly Chapter[]) => onChange(withChapters(options, changed));
  const replace = (index: number, change: Partial<Chapter>) =>
    set(chapters.map((chapter, each) => (each === index ? { ...chapter, ...change } : chapter)));
  return (
    <fieldset>
      <legend>{t('detail.chapters')}</legend>
      {chapters.length > 0 && (
        <ol class="chapter-fields">
          {chapters.map((chapter, index) => (
            <ChapterRow
              key={chapter.start}
              chapter={chapter}
              number={index + 1}
              onChange={(change) => replace(index, change)}
              onRemove={() => set(chapters.filter((_, each) => each !== index))}
            />
          ))}
        </ol>
      )}
      <div class="buttons">
        <button
          type="button"
          onClick={() =>
            set(
              withChapterAt(
                chapters,
                standing.value,
                t('edit.chapters.untitled', { number: chapters.length + 1 }),
              ),
            )
          }
        >
          {t('edit.chapters.add', { position: clock(standing.value, 1) })}
        </button>
        {options.chapters !== undefined && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              const { chapters: _, ...others } = options;
              onChange(others);
            }}
          >
            {t('edit.chapters.back')}
          </button>
        )}
      </div>
    </fieldset>
  );
}

interface ChapterRowProps {
  chapter: Chapter;
  number: number;
  onChange: (change: Partial<Chapter>) => void;
  onRemove: () => void;
}

function ChapterRow({ chapter: { start, title }, number, onChange, onRemove }: ChapterRowProps) {
  const id = useId();
  return (
    <li>
      <label class="unseen" for={`${id}-start`}>
        {t('edit.chapters.start', { number })}
      </label>
      <input
        id={`${id}-start`}
        type="text"
        inputMode="decimal"
        value={clock(start, 1)}
        onChange={({ currentTarget }) => {
          const seconds = secondsOf(currentTarget.value);
          if (seconds === undefined) currentTarget.value = clock(start, 1);
          else onChange({ start: seconds });
        }}
      />
      <label class="unseen" for={`${id}-title`}>
        {t('edit.chapters.title', { number })}
      </label>
      <input
        id={`${id}-title`}
        type="text"
        maxLength={500}
        value={title}
        onChange={({ currentTarget }) => onChange({ title: currentTarget.value })}
      />
      <button
        type="button"
        class="quiet square"
        aria-label={t('edit.chapters.remove', { title })}
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
