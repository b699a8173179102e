import { plural } from '../../mistake/plural.ts';
import { printable } from '../../mistake/printable.ts';
import type { Rehearsed, RehearsalReport } from './rehearsal.ts';

const MAX_OWNERS = 10;

/** For people: a paragraph a rule, and what the logs cover. */
export function rehearsalText({ rules, requests, from, to, suppressed }: RehearsalReport): string {
  const more = suppressed === 0 ? '' : ` ${suppressed} more were left out of them, so there may be more.`;
  if (requests === 0) return 'The logs tell of no request: nothing was rehearsed.\n';
  const span = from === undefined ? '' : `, from ${from} to ${to}`;
  const none = rules.length === 0 ? 'No rule warns or audits.\n' : '';
  return `${rules.map(ruleText).join('')}${none}\nThe logs tell of ${plural(requests, 'request')}${span}.${more}\n`;
}

function ruleText({ rule, actions, requests, since, last, namespaces }: Rehearsed): string {
  const named = `${printable(rule)} (${actions.join(', ')})`;
  if (requests === 0) return `${named} would have denied nothing.\n`;
  const when = since === undefined ? '' : ` since ${since}, the last at ${last}`;
  const lines = namespaces.map(({ namespace, owners }) => {
    const all = Object.entries(owners);
    const told = all.slice(0, MAX_OWNERS).map(([owner, count]) => `${printable(owner)} (${count})`);
    const left = all.length > MAX_OWNERS ? ` and ${all.length - MAX_OWNERS} more` : '';
    return `  ${namespace === '' ? '' : `${printable(namespace)}: `}${told.join(', ')}${left}\n`;
  });
  return `${named} would have denied ${plural(requests, 'request')}${when}:\n${lines.join('')}`;
}
