import { useSignal } from '@preact/signals';
import { t } from '../messages.ts';
import { stageAddresses } from '../staged.ts';
import { Field } from './field.tsx';

/** A field for the address of a file, which the service fetches itself. */
export function AddressForm() {
  const isWrong = useSignal(false);
  return (
    <form
      class="address"
      onSubmit={(event) => {
        event.preventDefault();
        const { currentTarget } = event;
        isWrong.value = !stageAddresses(String(new FormData(currentTarget).get('url')));
        if (!isWrong.value) currentTarget.reset();
      }}
    >
      <Field label={t('address.label')} error={isWrong.value ? t('address.wrong') : undefined}>
        {(attributes) => (
          <input
            {...attributes}
            name="url"
            type="text"
            inputMode="url"
            autocomplete="off"
            placeholder="https://"
          />
        )}
      </Field>
      <button type="submit">{t('address.add')}</button>
    </form>
  );
}
