import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { formatsText } from '../outputs.ts';
import { clock, percent, size } from '../quantities.ts';
import { cancel, pause, resume, type Transfer, transfers } from '../transfers.ts';
import { Icon } from './icon.tsx';
import { ServiceDetails } from './service-details.tsx';

/** The files on their way to the service. */
export function TransferList() {
  if (transfers.value.length === 0) return null;
  return (
    <section aria-labelledby="transfers-title">
      <h2 id="transfers-title">{t('transfer.title')}</h2>
      <ul class="rows">
        {transfers.value.map((each) => (
          <TransferRow key={each.key} transfer={each} />
        ))}
      </ul>
    </section>
  );
}

function TransferRow({ transfer }: { transfer: Transfer }) {
  const { file, outputs, progress } = transfer;
  const { state, sent } = progress.value;
  const { name } = file;
  return (
    <li class="row">
      <div class="row-text">
        <span class="file-name" title={name}>
          {name}
        </span>
        <span class={state === 'failed' ? 'hint error' : 'hint'}>
          {formatsText(outputs)} · {sentence(transfer)}
        </span>
        {state === 'failed' && <ServiceDetails details={progress.value.reason?.details} />}
      </div>
      <progress max={file.size} value={sent} aria-label={t('transfer.progress', { name })} />
      <div class="row-buttons">
        {state === 'sending' || state === 'waiting' ? (
          <button
            type="button"
            class="quiet square"
            aria-label={t('transfer.pause', { name })}
            onClick={() => pause(transfer)}
          >
            <Icon name="pause" />
          </button>
        ) : (
          <button
            type="button"
            class="quiet square"
            aria-label={t('transfer.resume', { name })}
            onClick={() => resume(transfer)}
          >
            <Icon name="resume" />
          </button>
        )}
        <button
          type="button"
          class="quiet square"
          aria-label={t('transfer.cancel', { name })}
          onClick={() => cancel(transfer).catch(complain)}
        >
          <Icon name="close" />
        </button>
      </div>
    </li>
  );
}

function sentence({ file, progress }: Transfer): string {
  const { state, sent, speed, reason } = progress.value;
  if (state === 'failed') return t('transfer.failed', { reason: reason?.text ?? '' });
  if (state === 'paused') return t('transfer.paused', { percent: percent(sent / file.size) });
  if (state === 'waiting') return t('transfer.waiting');
  const known = { sent: size(sent), size: size(file.size) };
  if (speed === 0) return t('transfer.starting', known);
  return t('transfer.sending', { ...known, speed: size(speed), left: clock((file.size - sent) / speed) });
}
