import { mendsOf, waysOf } from '../mends.ts';
import { t } from '../messages.ts';
import { formatsText, requestedOf } from '../outputs.ts';
import { go } from '../place.ts';
import { translated } from '../service-sentences.ts';
import { stageFor } from '../staged.ts';
import type { Task } from '../task.ts';
import { AGAIN_ID } from './again-form.tsx';
import { FetchAgain } from './fetch-again.tsx';
import { MendButton } from './mend-button.tsx';
import { ServiceDetails } from './service-details.tsx';
import { failureOf } from './task-row.tsx';

/** The reason for which a task failed, and the ways out of it. */
export function Failure({ task }: { task: Task }) {
  const { error, media } = task;
  const { options, file, address, batches } = waysOf(task);
  return (
    <div class="note error">
      <p>{failureOf(error?.code)}</p>
      {error && <Details code={error.code} message={error.message} />}
      {address && <FetchAgain task={task} />}
      <div class="buttons">
        {mendsOf(task).map((mend, index) => (
          <MendButton key={mend.label} task={task} mend={mend} isMain={index === 0} />
        ))}
        {options && media && (
          <button type="button" onClick={showOptions}>
            {t('mend.options')}
          </button>
        )}
        {batches && (
          <button type="button" onClick={() => go('#batches')}>
            {t('mend.batches')}
          </button>
        )}
        {file && <OtherFile task={task} />}
      </div>
    </div>
  );
}

/** The sentence of the service, which has details, but none for a file of an unknown kind. */
function Details({ code, message }: { code: string; message: string }) {
  if (code === 'not_audio') return null;
  const text = translated(message);
  return text === undefined ? <ServiceDetails details={message} /> : <p class="hint">{text}</p>;
}

/** Chooses a file for the same outputs. It waits among the files to convert. */
function OtherFile({ task }: { task: Task }) {
  const outputs = requestedOf(task);
  return (
    <label class="file-button" title={formatsText(outputs)}>
      {t('mend.file')}
      <input
        class="unseen"
        type="file"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (!file) return;
          stageFor(file, outputs);
          go('');
        }}
      />
    </label>
  );
}

/** Leads to the form of the next conversion, with all its options in sight. */
function showOptions(): void {
  const form = document.getElementById(AGAIN_ID);
  const folded = form?.querySelector('details');
  if (folded) folded.open = true;
  form?.scrollIntoView();
  form?.querySelector('select')?.focus();
}
