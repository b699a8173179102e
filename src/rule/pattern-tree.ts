/** `*` and one of these matches any run of characters, even an empty one, without it and those to its right. */
const SEPARATORS = '.:/ ';

/** A radix tree of patterns, each with a value. */
export interface PatternTree<T> {
  /** Adds a pattern, which matches prefixes of texts. After each star it must have literal text. */
  readonly add: (pattern: string, value: T) => void;
  /** Whether the test holds for the value of any pattern that matches a prefix of the text. */
  readonly some: (text: string, test: (value: T) => boolean) => boolean;
}

interface Edge<T> {
  text: string;
  node: Node<T>;
}

interface Node<T> {
  /** By the code of their first character. */
  edges?: Map<number, Edge<T>>;
  /** By their separator. */
  stars?: Map<string, Node<T>>;
  values?: T[];
}

/**
 * Patterns with the same prefix share a branch, so that many cost no more than one if they differ from the text early.
 * There is no backtracking: each star visits each place of the text at most once.
 */
export function patternTree<T>(): PatternTree<T> {
  const root: Node<T> = {};
  const add = (pattern: string, value: T): void => {
    const node = pattern.split('*').reduce((before, piece, index) => {
      return index === 0 ? afterText(before, piece) : afterText(afterStar(before, piece.charAt(0)), piece.slice(1));
    }, root);
    (node.values ??= []).push(value);
  };
  return { add, some: (text, test) => walk(root, text, test) };
}

function afterStar<T>(node: Node<T>, separator: string): Node<T> {
  const stars = (node.stars ??= new Map<string, Node<T>>());
  const next = stars.get(separator) ?? {};
  stars.set(separator, next);
  return next;
}

function afterText<T>(node: Node<T>, text: string): Node<T> {
  if (text === '') return node;
  const edges = (node.edges ??= new Map<number, Edge<T>>());
  const first = text.charCodeAt(0);
  const edge = edges.get(first) ?? { text, node: {} };
  edges.set(first, edge);
  if (!text.startsWith(edge.text)) {
    let common = 1;
    while (edge.text[common] === text[common]) common += 1;
    splitEdge(edge, common);
  }
  return afterText(edge.node, text.slice(edge.text.length));
}

function splitEdge<T>(edge: Edge<T>, at: number): void {
  const rest = { text: edge.text.slice(at), node: edge.node };
  edge.text = edge.text.slice(0, at);
  edge.node = {};
  edge.node.edges = new Map([[rest.text.charCodeAt(0), rest]]);
}

function walk<T>(root: Node<T>, text: string, test: (value: T) => boolean): boolean {
  // By star, the end of what it has visited: what follows does not depend on where the star began.
  const scanned = new Map<Node<T>, number>();

  const at = (node: Node<T>, place: number): boolean => {
    if (node.values?.some(test) || alongEdge(node, place)) return true;
    if (node.stars === undefined) return false;
    for (const [separator, next] of node.stars) if (through(separator, next, place)) return true;
    return false;
  };

  const alongEdge = ({ edges }: Node<T>, place: number): boolean => {
    const edge = edges?.get(text.charCodeAt(place));
    return edge !== undefined && text.startsWith(edge.text, place) && at(edge.node, place + edge.text.length);
  };

  const through = (separator: string, next: Node<T>, begin: number): boolean => {
    if (begin < (scanned.get(next) ?? 0)) return false;
    let end = text.length;
    for (const stop of SEPARATORS.slice(SEPARATORS.indexOf(separator))) {
      const found = text.indexOf(stop, begin);
      if (found !== -1 && found < end) end = found;
    }
    for (let place = begin; place <= end; place += 1) if (alongEdge(next, place)) return true;
    scanned.set(next, end + 1);
    return false;
  };
  return at(root, 0);
}
