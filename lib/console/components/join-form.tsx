import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { joinTracks, LONGEST_CROSSFADE, tracksOf } from '../joins.ts';
import { counted, t } from '../messages.ts';
import { complain, tell } from '../notices.ts';
import type { Task } from '../task.ts';
import { type Wanted, wanted } from '../wanted.ts';
import { Field } from './field.tsx';
import { ProblemForm } from './problem-form.tsx';
import { TrackOrder } from './track-order.tsx';
import { WantedForm } from './wanted-form.tsx';

interface JoinFormProps {
  batchId: number;
  /** Name of the batch. */
  name: string;
  onJoined: () => void;
}

/** Makes one file of the originals of a batch: its format, the order of the tracks, and how they overlap. */
export function JoinForm({ batchId, name, onJoined }: JoinFormProps) {
  const tracks = useSignal<readonly Task[] | undefined>(undefined);
  const unusable = useSignal(0);
  const next = useSignal<Wanted>(wanted.value);
  useEffect(() => {
    tracksOf(batchId).then((found) => {
      tracks.value = found.tracks;
      unusable.value = found.unusable;
    }, complain);
  }, [batchId, tracks, unusable]);
  if (!tracks.value) return <p class="hint">{t('join.reading')}</p>;
  const format = next.value.format.toUpperCase();
  const count = tracks.value.length;
  if (count === 0) return <p class="hint">{t('join.none')}</p>;
  return (
    <ProblemForm
      submit={counted('join.submit', count, { format })}
      send={async (text) => {
        const chosen = { outputs: [next.value], tasks: (tracks.value ?? []).map(({ id }) => id) };
        const crossfade = Number(text('crossfade'));
        await joinTracks(batchId, { ...chosen, crossfade, name: text('name').trim() || undefined });
        tell(t('batch.joined', { name }));
        onJoined();
      }}
    >
      {unusable.value > 0 && <p class="hint">{counted('join.unusable', unusable.value)}</p>}
      <TrackOrder
        tracks={tracks.value}
        onChange={(changed) => {
          tracks.value = changed;
        }}
      />
      <div class="fields">
        <Field label={t('join.name')}>
          {(attributes) => (
            <input {...attributes} name="name" type="text" maxLength={100} placeholder={name} />
          )}
        </Field>
        <Field label={t('join.crossfade')}>
          {(attributes) => (
            <input
              {...attributes}
              name="crossfade"
              type="number"
              min={0}
              max={LONGEST_CROSSFADE}
              step="any"
              defaultValue="0"
              required
            />
          )}
        </Field>
      </div>
      <WantedForm
        title={t('join.output')}
        value={next.value}
        onChange={(changed) => {
          next.value = changed;
        }}
      />
    </ProblemForm>
  );
}
