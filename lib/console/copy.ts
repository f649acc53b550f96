/**
 * Puts a text on the clipboard. Pages at plain http addresses of other machines have no clipboard of their own, so that the
 * text is selected in a field and copied from there.
 */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  // The page behind a modal dialog takes no selection.
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (!isCopied) throw new TypeError('the browser does not copy');
}
