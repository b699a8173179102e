/** A rule's text, cut: it may be of any length, and crosses to the process that answers. */
export function cut(text: string, limit = 1024): string {
  return text.length > limit ? `${text.slice(0, limit)}...` : text;
}
