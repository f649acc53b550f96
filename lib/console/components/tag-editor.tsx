import { useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { EDITED, type EditedOutput } from '../edited-output.ts';
import { counted, t } from '../messages.ts';
import { complain } from '../notices.ts';

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

/** The fields of the editor; the code for them is loaded at first. */
export function LoadedTagFields(props: EditedOutput) {
  const loaded = useSignal<{ Fields: FunctionComponent<EditedOutput> } | undefined>(undefined);
  useEffect(() => {
    import('./tag-fields.tsx').then(({ TagFields }) => {
      loaded.value = { Fields: TagFields };
    }, complain);
  }, [loaded]);
  const Fields = loaded.value?.Fields;
  return Fields ? <Fields {...props} /> : null;
}
