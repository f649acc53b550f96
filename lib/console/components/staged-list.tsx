import { formats } from '../formats.ts';
import { counted, t } from '../messages.ts';
import { complain } from '../notices.ts';
import { further } from '../outputs.ts';
import { isReady, sendStaged } from '../send-staged.ts';
import { applyToAll, isOwn, setDestination, staged } from '../staged.ts';
import { askForSession } from '../start.ts';
import { want, wanted } from '../wanted.ts';
import { Field } from './field.tsx';
import { FurtherOutputs } from './further-outputs.tsx';
import { PlannedFiles } from './planned-files.tsx';
import { StagedRow } from './staged-row.tsx';
import { WantedForm } from './wanted-form.tsx';

/** The files that wait for their conversion, and its format. */
export function StagedList() {
  const ready = staged.value.filter(isReady);
  const convert = () => askForSession(() => sendStaged().catch(complain));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        convert();
      }}
    >
      <ul class="staged" aria-label={t('staged.list')}>
        {staged.value.map((each) => (
          <StagedRow key={each.key} staged={each} />
        ))}
      </ul>
      {staged.value.length > 1 && staged.value.some(({ format }) => isOwn(format)) && (
        <button type="button" class="link" onClick={() => applyToAll()}>
          {t('staged.applyToAll', { format: wanted.value.format.toUpperCase() })}
        </button>
      )}
      <WantedForm title={t('wanted.title')} value={wanted.value} onChange={want} />
      <FurtherOutputs
        first={wanted.value}
        value={further.value}
        onChange={(changed) => {
          further.value = changed;
        }}
      />
      <PlannedFiles />
      <Destinations />
      <div class="buttons end">
        <button
          type="button"
          class="quiet"
          onClick={() => {
            staged.value = [];
          }}
        >
          {t('staged.clear')}
        </button>
        <button type="submit" class="main" disabled={ready.length === 0 || !formats.value}>
          {counted('staged.convert', ready.length)}
        </button>
      </div>
    </form>
  );
}

/** Where the results go as well: an address for each file, folded. */
function Destinations() {
  return (
    <details>
      <summary>{t('destination.title')}</summary>
      <p class="hint">{t('destination.hint')}</p>
      <div class="stack">
        {staged.value.map(({ key, name, destination }) => (
          <Field key={key} label={t('destination.of', { name })}>
            {(attributes) => (
              <input
                {...attributes}
                type="text"
                inputMode="url"
                autocomplete="off"
                value={destination}
                onInput={({ currentTarget }) => setDestination(key, currentTarget.value)}
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  );
}
