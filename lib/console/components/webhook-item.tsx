import { useSignal } from '@preact/signals';
import type { Delivery, Webhook } from '../../client/index.ts';
import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import {
  enableWebhook,
  followDelivery,
  readDeliveries,
  removeWebhook,
  replayDelivery,
  rotateSecret,
  testWebhook,
} from '../webhooks.ts';
import { DeliveryList } from './delivery-list.tsx';

interface WebhookItemProps {
  value: Webhook;
  showSecret: (text: string) => void;
}

/** A webhook with its deliveries and what can be done with it. */
export function WebhookItem({ value, showSecret }: WebhookItemProps) {
  const { id, url, enabled } = value;
  const deliveries = useSignal<readonly Delivery[]>([]);
  const isOpen = useSignal(false);
  const show = (found: readonly Delivery[]) => {
    deliveries.value = found;
    isOpen.value = true;
  };
  const follow = async (sent: Promise<number>) => {
    try {
      await followDelivery(id, await sent, show);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <li>
      <p class="address">{url}</p>
      <p class="hint">{value.events.map((event) => t(`webhooks.event.${event}`)).join(' · ')}</p>
      {!enabled && <p class="hint error">{t(`webhooks.disabled.${value.disabledReason ?? 'owner'}`)}</p>}
      <div class="buttons">
        <button type="button" disabled={!enabled} onClick={() => follow(testWebhook(id))}>
          {t('webhooks.test')}
        </button>
        <button type="button" class="quiet" onClick={() => rotateSecret(id).then(showSecret).catch(complain)}>
          {t('webhooks.rotate')}
        </button>
        <button type="button" class="quiet" onClick={() => enableWebhook(id, !enabled).catch(complain)}>
          {enabled ? t('webhooks.disable') : t('webhooks.enable')}
        </button>
        <button type="button" class="quiet" onClick={() => removeWebhook(id).catch(complain)}>
          {t('webhooks.remove')}
        </button>
      </div>
      <details
        open={isOpen.value}
        onToggle={({ currentTarget }) => {
          if (currentTarget.open && !isOpen.value) readDeliveries(id).then(show, complain);
          isOpen.value = currentTarget.open;
        }}
      >
        <summary>{t('webhooks.deliveries')}</summary>
        <DeliveryList
          values={deliveries.value}
          replay={(deliveryId) => follow(replayDelivery(id, deliveryId))}
          canReplay={enabled}
        />
      </details>
    </li>
  );
}
