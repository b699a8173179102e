import { type CheckReport, NO_COUNTS } from '../../src/check-report/report.ts';
import { checkedObjects, COUNTS, MISTAKE } from './checked-objects.ts';

/** What a report makes of objects and a mistake. */
export function written({ begin, checked, unreadable, end }: CheckReport): string {
  return [begin(), ...checkedObjects().map(checked), unreadable(MISTAKE), end(COUNTS)].join('');
}

/** What it makes of nothing. */
export function writtenOfNothing({ begin, end }: CheckReport): string {
  return begin() + end(NO_COUNTS);
}
