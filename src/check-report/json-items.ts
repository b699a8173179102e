/** Writes a list in JSON item by item, one a line: the function makes the text of the next. */
export function jsonItems(): (item: object) => string {
  let separator = '\n';
  return (item) => {
    const text = separator + JSON.stringify(item);
    separator = ',\n';
    return text;
  };
}
