import { Ajv } from 'ajv';
import { validateOptions } from '../../engine/prepare-rule.ts';
import type { RuleOptions } from '../../engine/policy.ts';
import type { Source } from '../../mistake/mistake.ts';
import type { OptionsSchema } from '../../rule/options-schema.ts';
import { offer, takeHost } from './host.ts';

// What runs in the one instance that judges options by the schemas of custom rules: a pattern of theirs may take for ever.

/** What is to be judged. */
export interface OptionsTask {
  readonly source: Source;
  readonly schema: OptionsSchema;
  readonly settings: readonly RuleOptions[];
}

takeHost();
// There is no console here, which its logger would be.
const ajv = new Ajv({ strict: true, allErrors: true, useDefaults: true, logger: false });
// Once, so that what it takes is part of the picture: the meta-schema is compiled at the first use.
validateOptions({ type: 'object', additionalProperties: false, properties: {} }, [], ajv, { name: '' });

offer({
  validate(text) {
    const { schema, settings, source } = JSON.parse(text) as OptionsTask;
    return JSON.stringify(validateOptions(schema, settings, ajv, source));
  },
});
