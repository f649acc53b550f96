import { useMemo } from 'preact/hooks';
import { chaptersOf, nextStart } from '../chapter-list.ts';
import { EDITED, type EditedOutput } from '../edited-output.ts';
import { t } from '../messages.ts';
import type { Options } from '../options.ts';
import { size } from '../quantities.ts';
import { type StagedFile, setCover, setEdits, wantedOf } from '../staged.ts';
import { mediaOf, type ProbedFile, readWhole } from '../staged-media.ts';
import { ServiceDetails } from './service-details.tsx';
import { LoadedTagFields } from './tag-editor.tsx';

interface StagedTagsProps {
  staged: StagedFile;
  file: File;
}

/** Tags, cover and chapters of a file that was not sent yet. */
export function StagedTags({ staged, file }: StagedTagsProps) {
  const { value } = useMemo(() => mediaOf(file), [file]);
  if (value.state === 'reading') return <p class="hint">{t('staged.tags.reading')}</p>;
  return (
    <div class="stack">
      {value.state === 'read' && <Editor staged={staged} media={value.media} />}
      {value.state === 'unread' && value.isWhole && (
        <>
          <p class="hint error">{value.reason.text}</p>
          <ServiceDetails details={value.reason.details} />
        </>
      )}
      {!value.isWhole && (
        <div class="buttons">
          <p class="hint">{t('staged.tags.beginning')}</p>
          <button type="button" onClick={() => readWhole(file)}>
            {t('staged.tags.whole', { size: size(file.size) })}
          </button>
        </div>
      )}
    </div>
  );
}

type EditedMedia = EditedOutput['media'] & Pick<Partial<ProbedFile>, 'cover'>;

/** Facts about a file that the service has not fetched: it may have a cover. */
const UNKNOWN: EditedMedia = { tags: {}, chapters: [], coverArt: true };

/** Tags, cover and chapters that a file of an address gets in place of its own, which nobody knows yet. */
export function AddressTags({ staged }: { staged: StagedFile }) {
  return (
    <div class="stack">
      <p class="hint">{t('staged.tags.unknown')}</p>
      <Editor staged={staged} media={UNKNOWN} />
    </div>
  );
}

function Editor({ staged, media }: { staged: StagedFile; media: EditedMedia }) {
  const { key, cover } = staged;
  const options = editedOf(wantedOf(staged).options);
  const picture = media.cover;
  return (
    <LoadedTagFields
      media={media}
      options={options}
      onChange={(changed) => setEdits(key, changed)}
      cover={cover}
      onCover={(changed) => setCover(key, changed instanceof File ? changed : undefined)}
      present={picture ? { key: 'original', isOriginal: true, load: async () => picture } : undefined}
      hasSent={false}
      position={nextStart(chaptersOf(media, options))}
    />
  );
}

function editedOf(options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => EDITED.some((edited) => edited === name)),
  );
}
