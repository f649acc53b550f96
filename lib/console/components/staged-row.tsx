import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { t } from '../messages.ts';
import { number, size } from '../quantities.ts';
import { problemOf, type StagedFile, setFormat, unstage } from '../staged.ts';
import { askForSession } from '../start.ts';
import { wanted } from '../wanted.ts';
import { Icon } from './icon.tsx';
import { ServiceDetails } from './service-details.tsx';
import { AddressTags, StagedTags } from './staged-tags.tsx';
import { FormatOptions } from './wanted-form.tsx';

/** A file or an address that waits, with its own format and tags. */
export function StagedRow({ staged: each }: { staged: StagedFile }) {
  const isOpen = useSignal(false);
  const tagsId = useId();
  const { key, name, source, format, edits, cover, refusal, isSending } = each;
  const edited = Object.keys(edits).length + (cover ? 1 : 0);
  const told =
    'file' in source ? size(source.file.size) : t(isSending ? 'address.sending' : 'address.fetched');
  const problem = problemOf(each);
  return (
    <li>
      <span class="file-name" title={name}>
        {name}
      </span>
      <span class={problem === undefined ? 'hint' : 'hint error'}>{problem ?? told}</span>
      <button
        type="button"
        class="quiet"
        aria-label={t('staged.tags.of', { name })}
        aria-expanded={isOpen.value}
        aria-controls={tagsId}
        disabled={problem !== undefined}
        onClick={() => {
          const toggle = () => {
            isOpen.value = !isOpen.value;
          };
          // Only the service can read a file; of an address it knows nothing yet.
          if ('file' in source) askForSession(toggle);
          else toggle();
        }}
      >
        {t('detail.tags')}
        {edited > 0 && <span class="badge">{number(edited)}</span>}
      </button>
      <select
        aria-label={t('staged.format.of', { name })}
        value={format ?? wanted.value.format}
        onChange={({ currentTarget }) => setFormat(key, currentTarget.value)}
      >
        <FormatOptions chosen={format ?? wanted.value.format} />
      </select>
      <button
        type="button"
        class="quiet square"
        aria-label={t('staged.remove', { name })}
        disabled={isSending}
        onClick={() => unstage(key)}
      >
        <Icon name="close" />
      </button>
      {refusal && (
        <div class="refusal">
          <p class="hint error">{t('staged.refused', { reason: refusal.text })}</p>
          <ServiceDetails details={refusal.details} />
        </div>
      )}
      <div id={tagsId} class="staged-tags" hidden={!isOpen.value}>
        {isOpen.value &&
          ('file' in source ? (
            <StagedTags staged={each} file={source.file} />
          ) : (
            <AddressTags staged={each} />
          ))}
      </div>
    </li>
  );
}
