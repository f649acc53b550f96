import { t } from '../messages.ts';
import { complain } from '../notices.ts';
import { ownPresets, removePreset } from '../presets.ts';
import { Icon } from './icon.tsx';

/** The saved presets of the user, to be removed; nothing without any. */
export function PresetList() {
  if (ownPresets.value.length === 0) return null;
  return (
    <details class="fold">
      <summary>{t('presets.title')}</summary>
      <ul class="keys">
        {ownPresets.value.map(({ id, name, format }) => (
          <li key={id}>
            <span class="file-name">{name}</span>
            <span class="hint">{format.toUpperCase()}</span>
            <button
              type="button"
              class="quiet square"
              aria-label={t('presets.remove', { name })}
              onClick={() => removePreset(id).catch(complain)}
            >
              <Icon name="delete" />
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
