import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policySchemaText } from './policy-schema-text.ts';

// `npm run policy-schema`: writes schemas/policy.schema.json. This file runs as build/scripts/policy-schema.js.
const root = join(import.meta.dirname, '..', '..');
await writeFile(join(root, 'schemas', 'policy.schema.json'), await policySchemaText(root));
