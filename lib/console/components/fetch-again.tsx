import { t } from '../messages.ts';
import { tell } from '../notices.ts';
import { requestedOf } from '../outputs.ts';
import { go } from '../place.ts';
import type { Task } from '../task.ts';
import { fetchFrom } from '../transfers.ts';
import { ProblemForm } from './problem-form.tsx';
import { TextField } from './text-field.tsx';

/** Has the service fetch a file once more, as a task of its own. The query of its address is a secret, which nobody shows again. */
export function FetchAgain({ task }: { task: Task }) {
  const address = shownWhole(task.source);
  const destination = shownWhole(task.destination);
  const isUndelivered = task.destination !== null && destination === undefined;
  return (
    <ProblemForm
      submit={t('mend.fetch')}
      send={async (text) => {
        await fetchFrom(text('address').trim(), { outputs: requestedOf(task), destination });
        tell(t('mend.fetched', { name: task.name }));
        go('');
      }}
    >
      <TextField
        name="address"
        label={t('mend.address')}
        value={address ?? ''}
        hint={address === undefined ? t('mend.address.hint') : undefined}
      />
      {isUndelivered && <p class="hint">{t('mend.address.delivery')}</p>}
    </ProblemForm>
  );
}

/** An address whose query the service does not hide; undefined for others. */
function shownWhole(address: { url: string } | null): string | undefined {
  return address && !address.url.endsWith('?...') ? address.url : undefined;
}
