// `imagegate/testing`: all that the test of a rule can import.
export type { AllowedCase, CaseContext, DeniedCase, RuleCases } from './rule-cases.ts';
export { RuleTestError } from './test-runner.ts';
export { testRule } from './test-rule.ts';
export type { TestRunner } from './test-runner.ts';
