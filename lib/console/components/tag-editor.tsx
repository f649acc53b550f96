import { useSignal } from '@preact/signals';
import { EDITED, type EditedOutput } from '../edited-output.ts';
import { lazily } from '../lazily.tsx';
import { counted, t } from '../messages.ts';

/** Tags, cover and chapters of the next result, folded. */
export function TagEditor(props: EditedOutput) {
  const isOpen = useSignal(false);
  const names = EDITED.filter((name) => Object.hasOwn(props.options, name));
  const set = names.length + (props.cover === undefined ? 0 : 1);
  return (
    <details
      onToggle={({ currentTarget }) => {
        isOpen.value = isOpen.value || currentTarget.open;
      }}
    >
      <summary>
        {t('edit.title')}
        {set > 0 && <span class="badge">{counted('wanted.set', set)}</span>}
      </summary>
      {isOpen.value && <LoadedTagFields {...props} />}
    </details>
  );
}

/** The fields of the editor. */
export const LoadedTagFields = lazily(() => import('./tag-fields.tsx').then((part) => part.TagFields));
