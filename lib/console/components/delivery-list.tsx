import type { Delivery } from '../../client/index.ts';
import { t } from '../messages.ts';
import { moment } from '../quantities.ts';

interface DeliveryListProps {
  values: readonly Delivery[];
  replay: (id: number) => void;
  canReplay: boolean;
}

/** Messages of a webhook with the answers of its receiver, the newest first. */
export function DeliveryList({ values, replay, canReplay }: DeliveryListProps) {
  if (values.length === 0) return <p class="empty">{t('webhooks.deliveries.none')}</p>;
  return (
    <ul class="deliveries">
      {values.map((delivery) => (
        <li key={delivery.id}>
          <Row value={delivery} replay={() => replay(delivery.id)} canReplay={canReplay} />
        </li>
      ))}
    </ul>
  );
}

function Row({ value, replay, canReplay }: { value: Delivery; replay: () => void; canReplay: boolean }) {
  const { event, state, tries, createdAt, nextTryAt, answer, error, request } = value;
  const date = moment(createdAt);
  return (
    <>
      <p>
        <strong>{t(`webhooks.event.${event}`)}</strong>{' '}
        <span class={state === 'FAILED' ? 'hint error' : 'hint'}>{t(`webhooks.state.${state}`)}</span>
      </p>
      <p class="hint">
        {date}
        {state === 'PENDING' && tries > 0 && nextTryAt !== null
          ? ` · ${t('webhooks.next', { date: moment(nextTryAt) })}`
          : ''}
      </p>
      {answer !== null && <p>{t('webhooks.answer', { status: answer.status })}</p>}
      {error !== null && <p class="hint error">{error}</p>}
      <details>
        <summary aria-label={t('webhooks.message.of', { date })}>{t('webhooks.message')}</summary>
        <code>{request.body}</code>
        {answer !== null && answer.body !== '' && (
          <>
            <p class="hint">{t('webhooks.answer.body')}</p>
            <code>{answer.body}</code>
          </>
        )}
      </details>
      <button type="button" class="quiet" disabled={!canReplay} onClick={replay}>
        {t('webhooks.replay')}
      </button>
    </>
  );
}
