import { type ComponentType, render } from 'preact';
import { startSession } from '../account.ts';
import { complain } from '../notices.ts';
import { followAnchors, showAnchor } from './anchors.ts';

/** Shows a page of the documentation, and then the part that the address names. */
export async function openDocs(Page: ComponentType, loading: Promise<void>): Promise<void> {
  const root = document.getElementById('console');
  if (root) render(<Page />, root);
  followAnchors();
  startSession().catch(complain);
  await loading;
  requestAnimationFrame(showAnchor);
}
