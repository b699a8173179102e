import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { until } from '../until.ts';
import type { Component, ComponentOptions } from './component.ts';
import type { Components } from './components.ts';

/** A line of the gate's log. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface GateComponentOptions extends ComponentOptions {
  /** The Node that runs it. Default: the one that runs the tests. */
  readonly node?: string;
  /** Told of the process, long before it is ready. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

/**
 * Starts the built gate beside a cluster, and resolves when it is ready. It ends however this process ends: see
 * `startComponents`.
 * @throws Error with the end of its log.
 */
export async function startGateComponent(
  components: Components,
  { node = process.execPath, onStart, ...options }: GateComponentOptions,
): Promise<Component> {
  const gate = components.start(node, [join(projectRoot, 'build', 'src', 'main.js')], options);
  if (gate.pid !== undefined) onStart?.(gate.pid);
  await until(
    () => {
      gate.assertRunning();
      return logLines(gate).some(({ msg }) => msg === 'ImageGate is ready!');
    },
    () => `the gate to be ready. The end of its log:\n${gate.logTail()}`,
  );
  return gate;
}

/** The whole lines of a log in JSON; the last one may still be being written. */
export function logLines(component: Component): readonly LogLine[] {
  const lines = component.log().split('\n').slice(0, -1);
  return lines.map((line) => (line.startsWith('{') ? (JSON.parse(line) as LogLine) : { msg: line }));
}
