import { signal } from '@preact/signals';
import type { Delivery, DisabledWebhook, Webhook } from '../client/index.ts';
import { t } from './messages.ts';
import { complain, warn } from './notices.ts';
import { service } from './service.ts';

/** Events of a webhook for all tasks, in the order of the form. */
export const EVENTS = [
  'task.processed',
  'task.failed',
  'task.uploaded',
  'task.expiring',
  'task.expired',
  'batch.finished',
  'webhook.disabled',
] as const;

/** The webhooks of the user for all tasks. */
export const webhooks = signal<readonly Webhook[]>([]);

/** Milliseconds between two looks at a delivery, and looks at most: a first try takes 15 seconds at most. */
const [PAUSE, LOOKS] = [500, 40];

export async function readWebhooks(): Promise<void> {
  webhooks.value = await service.webhooks.list();
}

/** Makes a webhook, and answers its secret, which is shown only once. */
export async function makeWebhook(url: string, events: readonly string[]): Promise<string> {
  const chosen = EVENTS.filter((event) => events.includes(event));
  const { secret } = await service.webhooks.create({ url, events: chosen });
  await readWebhooks();
  return secret;
}

/** Says that the service disabled a webhook, and shows that in the list. */
export function webhookDisabled({ url, reason }: DisabledWebhook): void {
  warn(t('webhooks.disabled.news', { url, reason: t(`webhooks.disabled.${reason}`) }));
  readWebhooks().catch(complain);
}

/** Gives a webhook another secret, and answers it. */
export async function rotateSecret(id: number): Promise<string> {
  const { secret } = await service.webhooks.rotate(id);
  await readWebhooks();
  return secret;
}

export async function enableWebhook(id: number, enabled: boolean): Promise<void> {
  await service.webhooks.change(id, { enabled });
  await readWebhooks();
}

export async function removeWebhook(id: number): Promise<void> {
  await service.webhooks.remove(id);
  await readWebhooks();
}

/** The newest deliveries of a webhook. */
export function readDeliveries(id: number): Promise<Delivery[]> {
  return service.webhooks.deliveries(id);
}

export async function testWebhook(id: number): Promise<number> {
  return (await service.webhooks.test(id)).id;
}

export async function replayDelivery(id: number, deliveryId: number): Promise<number> {
  return (await service.webhooks.replay(id, deliveryId)).id;
}

/** Shows deliveries again and again, until a first try of one has ended. */
export async function followDelivery(
  id: number,
  deliveryId: number,
  show: (found: Delivery[]) => void,
): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const found = await readDeliveries(id);
    show(found);
    const followed = found.find((delivery) => delivery.id === deliveryId);
    if (!followed || followed.tries > 0) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  await readWebhooks();
}
