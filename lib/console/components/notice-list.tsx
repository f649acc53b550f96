import { t } from '../messages.ts';
import { announcement, closeNotice, notices } from '../notices.ts';
import { Icon } from './icon.tsx';
import { ServiceDetails } from './service-details.tsx';

/** Short messages, which screen readers read when they come. */
export function NoticeList() {
  return (
    <div class="notices">
      <p class="unseen" role="status">
        {announcement.value}
      </p>
      <div class="notice-stack" role="status">
        {notices.value.map(({ key, text, kind, action, details }) => (
          <div key={key} class={`notice ${kind}`}>
            <div>
              {text}
              <ServiceDetails details={details} />
            </div>
            {action && (
              <button
                type="button"
                class="link"
                onClick={() => {
                  closeNotice(key);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
            <button
              type="button"
              class="quiet square"
              aria-label={t('app.close')}
              onClick={() => closeNotice(key)}
            >
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </div>
  );
}
