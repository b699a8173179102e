import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { projectRoot } from '../project-root.ts';

/** What certificates.sh makes, and backups; a developer's own may lie in deploy/, and never leaves it. */
export const notShipped =
  /^(?:\.certificates\.new|policy-token|secret\.yaml|(?:mutating-)?webhook-with-ca\.yaml|.*\.(?:key|crt|csr|srl|bak))$/;

/** What the tests know of a Kubernetes object before they look into it with {@link at}. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** All objects of the YAML text, strictly read: a warning is an error, and so is a key that stands twice. */
export function manifestsOf(text: string): Manifest[] {
  const documents = parseAllDocuments(text, { uniqueKeys: true });
  if (!Array.isArray(documents)) throw new Error('no YAML document');
  return documents.map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    return document.toJS() as Manifest;
  });
}

/** All objects of a file of deploy/. */
export function manifests(file: string): Manifest[] {
  return manifestsOf(readFileSync(join(projectRoot, 'deploy', file), 'utf8'));
}

/** The one object of that kind in a file of deploy/. */
export function manifest(file: string, kind: string): Manifest {
  const found = manifests(file).filter((candidate) => candidate.kind === kind);
  if (found.length !== 1) throw new Error(`${file} has ${found.length} objects of kind ${kind}`);
  return found[0] as Manifest;
}

/**
 * What stands at the path, `undefined` where there is nothing. Steps are keys, or indices into a list; a list of
 * objects with names may be entered by name: `['spec', 'containers', 'app', 'image']`.
 */
export function at(object: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) && typeof step === 'string') {
      return value.find((element: { name?: unknown }) => element.name === step) as unknown;
    }
    return (value as Record<string | number, unknown>)[step];
  }, object);
}
