import { Ajv } from 'ajv';
import { validateOptions } from '../../engine/prepare-rule.ts';
import type { RuleOptions } from '../../engine/policy.ts';
import type { Source } from '../../mistake/mistake.ts';
import type { OptionsSchema } from '../../rule/options-schema.ts';
import { offer, takeHost } from './host.ts';

// Runs in the one instance that validates options by the schemas of custom rules, whose patterns may backtrack endlessly.

export interface OptionsTask {
  readonly source: Source;
  readonly schema: OptionsSchema;
  readonly settings: readonly RuleOptions[];
}

takeHost();
// No logger: its default, `console`, does not exist here.
const ajv = new Ajv({ strict: true, allErrors: true, useDefaults: true, logger: false });
// Compiles the meta-schema, so that it is part of the picture.
validateOptions({ type: 'object', additionalProperties: false, properties: {} }, [], ajv, { name: '' });

offer({
  validate(text) {
    const { schema, settings, source } = JSON.parse(text) as OptionsTask;
    return JSON.stringify(validateOptions(schema, settings, ajv, source));
  },
});
