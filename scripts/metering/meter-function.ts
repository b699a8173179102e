import { MEMORY_COPY, MEMORY_FILL, NO_TYPE, OP, readInstruction, type Instruction } from './instructions.ts';
import { code, concat, signed, unsigned, WasmError, WasmReader } from './wasm-reader.ts';

/** Where what is added stands in the new module. */
export interface Added {
  /** Globals. */
  readonly fuel: number;
  readonly depth: number;
  readonly pages: number;
  readonly lowestStack: number;
  readonly stackPointer: number;
  /** Functions. */
  readonly grow: number;
  readonly copy: number;
  readonly fill: number;
}

/** How much was rewritten. */
export interface Report {
  functions: number;
  calling: number;
  loops: number;
  copies: number;
  fills: number;
  sizes: number;
  grows: number;
  stackMoves: number;
}

/** What a frame on V8's stack is taken for, in bytes, beside 8 for each of its values: measured, it never takes more. */
const FRAME_BYTES = 160;
const VALUE_BYTES = 8;

/** Ends everything if a counter is below 0. */
export function trapBelowZero(counter: number): number[] {
  const isBelow = code(OP.globalGet, unsigned(counter), OP.i32Const, 0, OP.i32LtS);
  return code(isBelow, OP.if, NO_TYPE, OP.unreachable, OP.end);
}

/** Takes a fixed amount off a counter, or gives it back. */
function change(counter: number, by: number): number[] {
  const changed = code(OP.globalGet, unsigned(counter), OP.i32Const, signed(by), OP.i32Add);
  return code(changed, OP.globalSet, unsigned(counter));
}

/**
 * A function's code with counters in it: at the head of every loop, and, where it calls others, for its frame.
 *
 * @param original its locals and instructions, in `bytes` from `start` to `end`
 * @param parameters how many it takes
 * @param result the type of its result as a block's type
 */
export function meterFunction(
  original: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
  { parameters, result }: { readonly parameters: number; readonly result: number },
  added: Added,
  report: Report,
): Uint8Array {
  const reader = new WasmReader(original.bytes, original.start);
  const locals = readLocals(reader);
  const first = reader.place;
  const instructions: Instruction[] = [];
  while (reader.place < original.end) instructions.push(readInstruction(reader));
  if (instructions.at(-1)?.opcode !== OP.end) throw new WasmError(original.end, 'a function has no end');
  const isCalling = instructions.some(({ opcode }) => opcode === OP.call || opcode === OP.callIndirect);
  const frame = FRAME_BYTES + VALUE_BYTES * (parameters + locals);
  report.functions++;
  if (isCalling) report.calling++;
  const body = instructions.map((instruction, index) => {
    const end = instructions[index + 1]?.start ?? original.end;
    return original.bytes.subarray(instruction.start, end);
  });
  const metered = rewrite(instructions, body, isCalling, added, report);
  const before = isCalling ? code(change(added.depth, -frame), trapBelowZero(added.depth), OP.block, result) : [];
  const after = isCalling ? code(change(added.depth, frame), OP.end) : [];
  return concat([original.bytes.subarray(original.start, first), before, ...metered, after]);
}

function readLocals(reader: WasmReader): number {
  let count = 0;
  for (let groups = reader.u32(); groups > 0; groups--) {
    count += reader.u32();
    reader.byte();
  }
  return count;
}

/**
 * The instructions, each as it was or with what takes its place. A function that pays for its frame must give it back
 * wherever it is left: so all of it stands in a block, which a return becomes a branch out of.
 */
function rewrite(
  instructions: readonly Instruction[],
  body: readonly Uint8Array[],
  isCalling: boolean,
  added: Added,
  report: Report,
): (Uint8Array | readonly number[])[] {
  let nesting = 0;
  return instructions.map(({ opcode, operation, start }, index) => {
    const original = body[index]!;
    if (opcode === OP.block || opcode === OP.loop || opcode === OP.if) nesting++;
    if (opcode === OP.return && isCalling) return [OP.br, ...unsigned(nesting)];
    if (opcode === OP.end) nesting--;
    return replacement({ opcode, operation, start }, original, added, report) ?? original;
  });
}

function replacement(
  { opcode, operation }: Instruction,
  original: Uint8Array,
  added: Added,
  report: Report,
): Uint8Array | readonly number[] | undefined {
  if (opcode === OP.loop) {
    report.loops++;
    return [...original, ...change(added.fuel, -1), ...trapBelowZero(added.fuel)];
  }
  if (opcode === OP.memorySize) {
    report.sizes++;
    return [OP.globalGet, ...unsigned(added.pages)];
  }
  if (opcode === OP.memoryGrow) {
    report.grows++;
    return [OP.call, ...unsigned(added.grow)];
  }
  if (opcode === OP.globalSet && new WasmReader(original, 1).u32() === added.stackPointer) {
    report.stackMoves++;
    return [...original, ...keepLowest(added)];
  }
  if (opcode !== OP.prefix || (operation !== MEMORY_COPY && operation !== MEMORY_FILL)) return undefined;
  if (operation === MEMORY_COPY) report.copies++;
  else report.fills++;
  return [OP.call, ...unsigned(operation === MEMORY_COPY ? added.copy : added.fill)];
}

function keepLowest({ stackPointer, lowestStack }: Added): number[] {
  const [now, lowest] = [unsigned(stackPointer), unsigned(lowestStack)];
  const isLower = code(OP.globalGet, now, OP.globalGet, lowest, OP.i32LtU);
  return code(isLower, OP.if, NO_TYPE, OP.globalGet, now, OP.globalSet, lowest, OP.end);
}
