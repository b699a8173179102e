// `imagegate/rule`: all that a rule can import.
export { defineRule } from './rule.ts';
export { InvalidEntriesError, type InvalidEntry } from './invalid-entries-error.ts';
export { prepareEach } from './invalid-entries-error.ts';
export { imagePatterns } from './image-patterns.ts';
// What it was called before it knew tags and digests.
export { imagePatterns as repositoryPatterns } from './image-patterns.ts';
export { registryHint } from './registry-hint.ts';
export { registryMirrors, type RegistryMirror } from './registry-mirrors.ts';
export { registryPatterns } from './registry-patterns.ts';
export type { AnyRule, Rule, Rewriting, RuleContext, RuleMeta, Violation } from './rule.ts';
export { sentenceList } from './sentence-list.ts';
export { tagPatterns } from './tag-patterns.ts';
export { tagsOrRange } from './tags-or-range.ts';
export { versionRange } from './tags-or-range.ts';
export type { ImageName, ImageReference } from '../image/reference.ts';
