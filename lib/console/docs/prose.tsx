/** Code in backticks, and links as Markdown writes them. */
const MARKED = /`([^`]+)`|\[([^[\]]+)\]\(([/#][^()\s]*)\)/g;

/** A sentence with its code and its links; they lead only to pages of this service. */
export function Prose({ text }: { text: string }) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(MARKED)) {
    const [whole, code, label, href = ''] = found;
    parts.push(text.slice(from, found.index));
    parts.push(code === undefined ? <a href={href}>{label}</a> : <code>{code}</code>);
    from = found.index + whole.length;
  }
  parts.push(text.slice(from));
  return <>{parts}</>;
}
