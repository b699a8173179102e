import type { Validation } from './validations.ts';

/** The API server's limits for one expression, and for a policy: less than its 10,000,000, as reading images costs too. */
const MAX_COST = 1_000_000;
const MAX_ALL = 8_000_000;

/** What must be judged within them: so many images of 128 characters, each as text of up to 140 for `matches`. */
const IMAGES = 60;
const TENS = 15;
/** Of an image, whatever it is asked. */
const EACH = 500;

/** What the parser of CEL reads: it nests 250 deep, and each case is nested in the one before it. */
const MAX_CASES = 200;
const MAX_CHARACTERS = 100_000;

/**
 * What would cost too much for a pod of 60 images, or could not be parsed, by rule: a sentence's end each. By the prices of
 * Kubernetes a regular expression takes a quarter of its length for each ten characters of text, and a look-up one for each
 * entry of the list.
 */
export function tooCostly(validations: readonly Validation[]): readonly string[] {
  const costs = validations.map(({ rule, variable: { expression } }) => {
    const isUnreadable = expression.length > MAX_CHARACTERS || expression.split(':\n').length > MAX_CASES;
    return { rule, cost: IMAGES * costPerImage(expression), isUnreadable, length: expression.length };
  });
  const tooMuch = costs.filter(({ cost, isUnreadable }) => cost > MAX_COST || isUnreadable);
  const all = costs.reduce((sum, { cost }) => sum + cost, 0);
  if (tooMuch.length === 0 && all > MAX_ALL)
    return [`all rules together: a cost of ${Math.round(all)} for ${IMAGES} images`];
  return tooMuch.map(
    ({ rule, cost, length }) => `${rule}: ${length} characters, a cost of ${Math.round(cost)} for ${IMAGES} images`,
  );
}

function costPerImage(expression: string): number {
  const expressions = [...expression.matchAll(/r'([^']*)'/g)].map(([, text = '']) => (text.length / 4) * TENS);
  // A look-up is made for the name, with the tag, and with the digest.
  const lists = [...expression.matchAll(/ in \[([^\]]*)\]/g)].map(([, entries = '']) => 3 * entries.split(',').length);
  return [...expressions, ...lists].reduce((sum, cost) => sum + cost, EACH);
}
