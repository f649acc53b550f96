import { useId } from 'preact/hooks';
import { type Chapter, chaptersOf, withChapterAt, withChapters } from '../chapter-list.ts';
import type { EditedOutput } from '../edited-output.ts';
import { t } from '../messages.ts';
import { clock, secondsOf } from '../quantities.ts';
import { DraftInput } from './draft-input.tsx';
import { Icon } from './icon.tsx';

type ChapterFieldsProps = Pick<EditedOutput, 'media' | 'options' | 'onChange' | 'position'>;

/** The chapters of the next result. */
export function ChapterFields({ media, options, onChange, position }: ChapterFieldsProps) {
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
              withChapterAt(chapters, position, t('edit.chapters.untitled', { number: chapters.length + 1 })),
            )
          }
        >
          {t('edit.chapters.add', { position: clock(position, 1) })}
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
      <DraftInput
        id={`${id}-start`}
        inputMode="decimal"
        text={clock(start, 1)}
        onEntered={(text) => {
          const seconds = secondsOf(text);
          if (seconds !== undefined) onChange({ start: seconds });
        }}
      />
      <label class="unseen" for={`${id}-title`}>
        {t('edit.chapters.title', { number })}
      </label>
      <DraftInput
        id={`${id}-title`}
        maxLength={500}
        text={title}
        onEntered={(text) => onChange({ title: text })}
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
