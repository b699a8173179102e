/** An element of XML. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All of its own text. */
  readonly text: string;
}

const TOKEN = /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#10': '\n' };

/** Reads strict XML without comments, sections and namespaces. @throws Error where it is not well-formed. */
export function readXml(xml: string): XmlElement {
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const open: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }[] = [];
  open.push({ name: '', attributes: {}, children: [], text: '' });
  let end = 0;
  for (const match of body.matchAll(TOKEN)) {
    const [token, closing, name = '', attributes = '', empty, text] = match;
    end = match.index + token.length;
    const parent = open.at(-1)!;
    if (text !== undefined) parent.text += unescaped(text);
    else if (closing === '/') {
      if (parent.name !== name) throw new Error(`</${name}> ends <${parent.name}>`);
      open.pop();
    } else {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
        key,
        unescaped(value),
      ]);
      const element = { name, attributes: Object.fromEntries(pairs) as Record<string, string>, children: [], text: '' };
      if (Object.keys(element.attributes).length < pairs.length) throw new Error(`an attribute twice: ${token}`);
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [root, ...others] = open[0]!.children;
  if (end !== body.length || open.length > 1 || root === undefined || others.length > 0 || open[0]!.text.trim() !== '')
    throw new Error(`no XML: ${body.slice(end, end + 40)}`);
  return root;
}

function unescaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what XML has no way to write
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text))
    throw new Error(`no character of XML: ${text}`);
  return text.replaceAll(/&([^;]*);?/g, (entity, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined) throw new Error(`no entity: ${entity}`);
    return character;
  });
}
