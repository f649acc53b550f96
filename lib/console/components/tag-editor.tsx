import { useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import type { EditedOutput } from '../edited-output.ts';
import { counted, t } from '../messages.ts';
import { complain } from '../notices.ts';

/** Tags, cover and chapters of the next result, folded; the code for them is loaded when it opens. */
export function TagEditor(props: EditedOutput) {
  const loaded = useSignal<{ Fields: FunctionComponent<EditedOutput> } | undefined>(undefined);
  const Fields = loaded.value?.Fields;
  const { options } = props.next.value;
  const names = ['metadata', 'coverArt', 'chapters'].filter((name) => Object.hasOwn(options, name));
  const set = names.length + (props.cover.value === undefined ? 0 : 1);
  return (
    <details
      onToggle={({ currentTarget }) => {
        if (!currentTarget.open || loaded.peek()) return;
        import('./tag-fields.tsx').then(({ TagFields }) => {
          loaded.value = { Fields: TagFields };
        }, complain);
      }}
    >
      <summary>
        {t('edit.title')}
        {set > 0 && <span class="badge">{counted('wanted.set', set)}</span>}
      </summary>
      {Fields && <Fields {...props} />}
    </details>
  );
}
