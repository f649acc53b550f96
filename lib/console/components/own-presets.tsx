import { useSignal } from '@preact/signals';
import { t } from '../messages.ts';
import { tell } from '../notices.ts';
import { ownPresets, savePreset } from '../presets.ts';
import { session } from '../session.ts';
import { want, wanted } from '../wanted.ts';
import { Field } from './field.tsx';
import { ProblemForm } from './problem-form.tsx';
import { TextField } from './text-field.tsx';

/** Applies a saved preset, and saves the present choice as one. Nothing before a log-in. */
export function OwnPresets() {
  const isNaming = useSignal(false);
  if (session.value !== 'open') return null;
  return (
    <div class="presets">
      {ownPresets.value.length > 0 && <Choice />}
      {isNaming.value ? (
        <ProblemForm
          submit={t('presets.save')}
          send={async (text) => {
            await savePreset(text('name'), wanted.value);
            tell(t('presets.saved', { name: text('name') }));
            isNaming.value = false;
          }}
        >
          <TextField name="name" label={t('presets.name')} />
        </ProblemForm>
      ) : (
        <button
          type="button"
          class="link"
          onClick={() => {
            isNaming.value = true;
          }}
        >
          {t('presets.saveAs')}
        </button>
      )}
    </div>
  );
}

function Choice() {
  const isChosen = ({ format, options }: { format: string; options: object }) =>
    format === wanted.value.format && JSON.stringify(options) === JSON.stringify(wanted.value.options);
  return (
    <Field label={t('presets.own')}>
      {(attributes) => (
        <select
          {...attributes}
          value={ownPresets.value.find(isChosen)?.name ?? ''}
          onChange={({ currentTarget }) => {
            const chosen = ownPresets.value.find(({ name }) => name === currentTarget.value);
            if (chosen) want({ format: chosen.format, options: { ...chosen.options } });
          }}
        >
          <option value="">{t('presets.none')}</option>
          {ownPresets.value.map(({ id, name }) => (
            <option key={id} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
