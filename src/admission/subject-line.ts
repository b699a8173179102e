import type { Finding } from '../engine/finding.ts';
import { printable } from '../mistake/printable.ts';
import { property } from '../workload/json-object.ts';
import type { AdmissionRequest } from './admission-review.ts';

/** The most rules that a line names: a name may have 63 characters. */
const MAX_RULES = 8;

/**
 * What was denied, and by which rules: `Deployment shop/api, by empty-tag and registry-allowlist.` Of several denials that
 * one apply prints, it tells which is whose. `undefined` for a pod that its denied containers are called like.
 *
 * @param decisionId whether it is always there, and ends in the request's uid
 */
export function subjectLine(
  request: AdmissionRequest,
  denials: readonly Finding[],
  decisionId: boolean,
): string | undefined {
  const { uid, kind, namespace } = request;
  const name = nameOf(request);
  const isPod = kind.group === '' && kind.kind === 'Pod';
  const isSaid = isPod && denials.every(({ image }) => image.container.name === name);
  if (isSaid && !decisionId) return undefined;
  const path = [namespace, name].filter((part) => part !== undefined && part !== '').join('/');
  const line = `${printable(kind.kind, 63)} ${printable(path, 320)}, by ${inWords(denials.map(({ rule }) => rule))}.`;
  return decisionId ? `${line} ${printable(uid, 64)}` : line;
}

/** Each retry of a controller has a new name: events are counted together only if the message is the same. */
function nameOf({ name, object }: AdmissionRequest): string | undefined {
  const metadata = property(object, 'metadata');
  const generateName = property(metadata, 'generateName');
  if (typeof generateName === 'string' && generateName !== '') return `${generateName}*`;
  if (name !== undefined && name !== '') return name;
  const written = property(metadata, 'name');
  return typeof written === 'string' ? written : undefined;
}

function inWords(rules: readonly string[]): string {
  const distinct = [...new Set(rules)];
  const more = distinct.length - MAX_RULES + 1;
  const words = more > 1 ? [...distinct.slice(0, MAX_RULES - 1), `${more} more`] : distinct;
  const last = words.pop()!; // of one denial at least
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}
