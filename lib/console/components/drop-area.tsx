import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { chosenFiles, droppedFiles, type FoundFiles } from '../dropped-files.ts';
import { counted, t } from '../messages.ts';
import { complain, tell, warn } from '../notices.ts';
import { stage, stageAddresses, staged } from '../staged.ts';
import { AddressForm } from './address-form.tsx';
import { OwnPresets } from './own-presets.tsx';
import { StagedList } from './staged-list.tsx';

/** The place for files: they can be dropped anywhere on the page, pasted, or chosen; an address can be pasted as well. */
export function DropArea() {
  const isOver = useSignal(false);
  useEffect(
    () =>
      listenForFiles((over) => {
        isOver.value = over;
      }),
    [isOver],
  );
  const isEmpty = staged.value.length === 0;
  const title = () => {
    if (isOver.value) return t('drop.now');
    return isEmpty ? t('drop.title') : t('staged.title');
  };
  return (
    <section
      class={`drop ${isOver.value ? 'over' : ''} ${isEmpty ? '' : 'filled'}`}
      aria-labelledby="drop-title"
    >
      <div class="drop-invitation">
        <div>
          <h2 id="drop-title">{title()}</h2>
          {isEmpty && <p class="hint">{t('drop.hint')}</p>}
        </div>
        <div class="buttons">
          <FileButton label={isEmpty ? t('drop.files') : t('drop.more')} isMain={isEmpty} />
          <FileButton label={t('drop.folder')} isFolder />
        </div>
      </div>
      <AddressForm />
      {!isEmpty && <StagedList />}
      {!isEmpty && <OwnPresets />}
    </section>
  );
}

function FileButton({ label, isFolder, isMain }: { label: string; isFolder?: boolean; isMain?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.webkitdirectory = isFolder === true;
  }, [isFolder]);
  return (
    <>
      <input
        ref={input}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label={label}
        multiple
        onChange={({ currentTarget }) => {
          take(chosenFiles(currentTarget.files ?? []));
          currentTarget.value = '';
        }}
      />
      <button type="button" class={isMain ? 'main' : ''} onClick={() => input.current?.click()}>
        {label}
      </button>
    </>
  );
}

/** Adds files, and tells which were left out. */
function take({ files, hidden, unreadable }: FoundFiles): void {
  stage(files);
  if (hidden > 0) tell(counted('drop.hidden', hidden));
  if (unreadable > 0) warn(counted('drop.unreadable', unreadable));
  if (files.length + hidden + unreadable === 0) tell(t('drop.none'));
}

/** Takes files that are dropped on the page or pasted into it; the function ends it. */
function listenForFiles(setOver: (over: boolean) => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  const hasFiles = (data: DataTransfer | null): data is DataTransfer =>
    data?.types.includes('Files') === true;
  addEventListener(
    'dragover',
    (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      setOver(true);
    },
    { signal },
  );
  addEventListener('dragleave', ({ relatedTarget }) => relatedTarget === null && setOver(false), { signal });
  addEventListener(
    'drop',
    (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      setOver(false);
      droppedFiles(event.dataTransfer).then(take, complain);
    },
    { signal },
  );
  addEventListener(
    'paste',
    ({ clipboardData, target }) => {
      stage(clipboardData?.files ?? []);
      const isField = target instanceof Element && target.closest('input, textarea, select') !== null;
      if (!isField) stageAddresses(clipboardData?.getData('text/plain') ?? '');
    },
    { signal },
  );
  return () => end.abort();
}
