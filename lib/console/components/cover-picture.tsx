import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

interface CoverPictureProps {
  /** Loads the picture, and gives an address in the page. */
  load: () => Promise<string>;
  alt: string;
}

/** A cover; nothing where there is none that a browser shows. */
export function CoverPicture({ load, alt }: CoverPictureProps) {
  const url = useSignal<string | undefined>(undefined);
  useEffect(() => {
    let isWanted = true;
    load().then(
      (found) => {
        if (isWanted) url.value = found;
        else URL.revokeObjectURL(found);
      },
      () => undefined,
    );
    return () => {
      isWanted = false;
      if (url.peek() !== undefined) URL.revokeObjectURL(url.peek() ?? '');
    };
  }, [url]);
  return url.value === undefined ? null : <img class="cover-picture" src={url.value} alt={alt} />;
}
