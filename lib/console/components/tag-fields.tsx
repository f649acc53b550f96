import { useSignal } from '@preact/signals';
import type { EditedOutput } from '../edited-output.ts';
import { t, tagName } from '../messages.ts';
import { editedNames, textOf, withTag } from '../tag-changes.ts';
import { ChapterFields } from './chapter-fields.tsx';
import { CoverField } from './cover-field.tsx';
import { DraftInput } from './draft-input.tsx';
import { Field } from './field.tsx';

/** Names that the service takes for tags of one's own. */
const OWN_NAME = /^[A-Za-z0-9 _:.-]{1,64}$/;

/** The fields of the tag editor. What stays empty is removed. */
export function TagFields(edited: EditedOutput) {
  const { media, options, onChange } = edited;
  return (
    <div class="tag-fields">
      <Tags media={media} options={options} onChange={onChange} />
      <CoverField {...edited} />
      <ChapterFields {...edited} />
    </div>
  );
}

type EditedProps = Pick<EditedOutput, 'media' | 'options' | 'onChange'>;

function Tags({ media, options, onChange }: EditedProps) {
  const isStripped = options.metadata === 'strip';
  return (
    <fieldset>
      <legend>{t('detail.tags')}</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={isStripped}
          onChange={({ currentTarget }) => {
            const { metadata: _, ...others } = options;
            onChange(currentTarget.checked ? { ...others, metadata: 'strip' } : others);
          }}
        />
        {t('edit.tags.strip')}
      </label>
      {!isStripped && (
        <>
          <div class="fields wide">
            {editedNames(media, options).map((name) => (
              <Field key={name} label={tagName(name)}>
                {(attributes) => (
                  <DraftInput
                    {...attributes}
                    maxLength={10_000}
                    text={textOf(media, options, name)}
                    onEntered={(text) => onChange(withTag(media, options, name, text))}
                  />
                )}
              </Field>
            ))}
          </div>
          <OwnTag media={media} options={options} onChange={onChange} />
        </>
      )}
    </fieldset>
  );
}

/** A tag that is not among the fields. */
function OwnTag({ media, options, onChange }: EditedProps) {
  const name = useSignal('');
  const value = useSignal('');
  const isUsable = OWN_NAME.test(name.value) && value.value !== '';
  const entries = [
    ['edit.tags.name', name, 64],
    ['edit.tags.text', value, 10_000],
  ] as const;
  return (
    <div class="own-tag">
      {entries.map(([label, entry, most]) => (
        <Field key={label} label={t(label)}>
          {(attributes) => (
            <input
              {...attributes}
              type="text"
              maxLength={most}
              value={entry.value}
              onInput={({ currentTarget }) => {
                entry.value = currentTarget.value;
              }}
            />
          )}
        </Field>
      ))}
      <button
        type="button"
        disabled={!isUsable}
        onClick={() => {
          onChange(withTag(media, options, name.value, value.value));
          name.value = '';
          value.value = '';
        }}
      >
        {t('edit.add')}
      </button>
    </div>
  );
}
