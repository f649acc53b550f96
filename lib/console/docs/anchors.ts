/** Shows the part that the address names, once it is there: the browser looked for it before the page was made. */
export function showAnchor(): void {
  const part = document.getElementById(decoded(location.hash.slice(1)));
  if (!part) return;
  for (const fold of foldsAround(part)) fold.open = true;
  part.scrollIntoView();
}

/** Folded parts open when a link leads to them. */
export function followAnchors(): void {
  addEventListener('hashchange', showAnchor);
}

function foldsAround(part: Element): HTMLDetailsElement[] {
  const fold = part.closest('details');
  if (!fold) return [];
  const outer = fold.parentElement;
  return outer ? [fold, ...foldsAround(outer)] : [fold];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
