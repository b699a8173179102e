import { Ajv } from 'ajv';
import { createRequire } from 'node:module';

/** The published schema; Ajv knows no draft 4 by name, of which it uses nothing that draft 7 has not. */
const {
  $schema,
  id: _,
  ...schema
} = createRequire(import.meta.url)('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as Readonly<
  Record<string, unknown>
>;

/** Whether it is a log in SARIF 2.1.0; what is wrong is in its `errors`. */
export const isSarif = new Ajv({
  strict: false,
  unicodeRegExp: false,
  allErrors: true,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': /^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/,
    'date-time': () => false, // there are none
  },
}).compile(schema);

/** That of the schema itself. */
export const draft = $schema;
