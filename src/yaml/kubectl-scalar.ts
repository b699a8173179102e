import type { Scalar } from 'yaml';

// From goyaml.v2/resolve.go of sigs.k8s.io/yaml, which kubectl uses. 1:20 is no number there and, since it converts to JSON,
// a date is text.
const TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON)$/;
const FALSE = /^(?:n|N|no|No|NO|off|Off|OFF)$/;
const DECIMAL = /^(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const PREFIXED = /^0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$/;

/** A scalar as kubectl reads it, by YAML 1.1: `off` is `false` and `1_000` a number, which YAML 1.2 reads as text. */
export function kubectlScalar({ type, tag, value }: Scalar): unknown {
  if (type !== 'PLAIN' || tag !== undefined || typeof value !== 'string') return value;
  if (TRUE.test(value)) return true;
  if (FALSE.test(value)) return false;
  return numberOf(value) ?? value;
}

function numberOf(text: string): number | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)([0-9.].*)$/.exec(text) ?? [];
  const plain = digits.replaceAll('_', '');
  if (!DECIMAL.test(plain) && !PREFIXED.test(plain)) return undefined;
  return sign === '-' ? -Number(plain) : Number(plain);
}
