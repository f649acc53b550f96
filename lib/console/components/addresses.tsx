import { t } from '../messages.ts';
import { moment } from '../quantities.ts';
import { translated } from '../service-sentences.ts';
import type { Task } from '../task.ts';
import { ServiceDetails } from './service-details.tsx';
import { deliveryOf } from './task-row.tsx';

/** Where a file comes from and where its result goes, if a server of the owner takes part. */
export function Addresses({ task }: { task: Task }) {
  const { source, destination, delivered } = task;
  if (!source && !destination) return null;
  return (
    <section>
      <h3>{t('addresses.title')}</h3>
      <dl class="addresses">
        {source && (
          <div>
            <dt>{t('addresses.source')}</dt>
            <dd>{source.url}</dd>
          </div>
        )}
        {destination && (
          <div>
            <dt>{t('addresses.destination')}</dt>
            <dd>{destination.url}</dd>
          </div>
        )}
        {destination && (
          <div>
            <dt>{t('addresses.delivery')}</dt>
            <dd>
              {t(deliveryOf(task))}
              {delivered && ` · ${moment(delivered.at)}`}
            </dd>
          </div>
        )}
      </dl>
      {delivered?.error && <DeliveryError error={delivered.error} />}
    </section>
  );
}

function DeliveryError({ error }: { error: string }) {
  const text = translated(error);
  return text === undefined ? <ServiceDetails details={error} /> : <p class="hint error">{text}</p>;
}
