import { globMatcher } from '../image/glob.ts';

type Matcher = (component: string) => boolean;

/**
 * A pattern over the components of a repository, from a place on: `*` stands for any run of characters of one
 * component, `**` for one component or more. Between two `**` the first place that fits is as good as any later one,
 * so no place is tried again: at most each component is held against each of the pattern, 128 at the most.
 */
export function componentsMatcher(
  pattern: readonly string[],
): (components: readonly string[], from: number) => boolean {
  const [first = [], ...runs] = runsOf(pattern);
  const last = runs.pop();
  if (last === undefined) {
    return (components, from) => components.length - from === first.length && fits(first, components, from);
  }
  return (components, from) => {
    if (!fits(first, components, from)) return false;
    let end = from + first.length;
    for (const run of runs) {
      // Each `**` takes one component at least.
      let start = end + 1;
      while (start + run.length <= components.length && !fits(run, components, start)) start += 1;
      end = start + run.length;
    }
    const start = components.length - last.length;
    return start >= end + 1 && fits(last, components, start);
  };
}

/** What stands before, between and after the `**` of a pattern. */
function runsOf(pattern: readonly string[]): readonly (readonly Matcher[])[] {
  const runs: Matcher[][] = [[]];
  for (const component of pattern) {
    if (component === '**') runs.push([]);
    else runs.at(-1)!.push(globMatcher(component));
  }
  return runs;
}

function fits(run: readonly Matcher[], components: readonly string[], from: number): boolean {
  if (from + run.length > components.length) return false;
  for (let index = 0; index < run.length; index += 1) {
    if (!run[index]!(components[from + index]!)) return false;
  }
  return true;
}
