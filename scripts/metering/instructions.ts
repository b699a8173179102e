import { WasmError, type WasmReader } from './wasm-reader.ts';

// The opcodes of the WebAssembly core specification, as far as the engine has them.

export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtU: 0x4b,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32ShrU: 0x76,
  prefix: 0xfc,
} as const;

export const MEMORY_COPY = 10;
export const MEMORY_FILL = 11;
const LAST_SATURATING = 7;
export const NO_TYPE = 0x40;

type Skip = (reader: WasmReader) => void;

const nothing: Skip = () => {};
const number: Skip = (reader) => reader.skipLeb();
const twoNumbers: Skip = (reader) => {
  reader.skipLeb();
  reader.skipLeb();
};

/** What follows an opcode, for each that is known. */
const IMMEDIATES = new Map<number, Skip>([
  ...opcodes([0x00, 0x01, 0x05, OP.end, OP.return, 0x1a, 0x1b], nothing),
  // A block's type is a number of a type, or one byte; both are a LEB128.
  ...opcodes([OP.block, OP.loop, OP.if, OP.br, 0x0d, OP.call], number),
  [OP.brTable, skipTable],
  [OP.callIndirect, twoNumbers],
  ...opcodes(range(OP.localGet, OP.globalSet), number),
  ...opcodes(range(0x28, 0x3e), twoNumbers),
  ...opcodes([OP.memorySize, OP.memoryGrow], (reader) => void reader.byte()),
  ...opcodes([OP.i32Const, 0x42], number),
  [0x43, (reader) => void reader.take(4)],
  [0x44, (reader) => void reader.take(8)],
  // Numbers compared, computed and converted, and signs extended.
  ...opcodes(range(0x45, 0xc4), nothing),
]);

/** An instruction, and where it begins. */
export interface Instruction {
  readonly opcode: number;
  /** The second number of an instruction that has one. */
  readonly operation: number | undefined;
  readonly start: number;
}

/** Reads one instruction with all that follows its opcode. @throws {WasmError} for one that is not known. */
export function readInstruction(reader: WasmReader): Instruction {
  const start = reader.place;
  const opcode = reader.byte();
  if (opcode === OP.prefix) return { opcode, operation: readPrefixed(reader, start), start };
  const skip = IMMEDIATES.get(opcode);
  if (skip === undefined) throw new WasmError(start, `the opcode 0x${opcode.toString(16)} is not known`);
  skip(reader);
  return { opcode, operation: undefined, start };
}

/** The labels of a table, and one more for all other numbers. */
function skipTable(reader: WasmReader): void {
  for (let left = reader.u32(); left >= 0; left--) reader.skipLeb();
}

function readPrefixed(reader: WasmReader, start: number): number {
  const operation = reader.u32();
  if (operation === MEMORY_COPY) reader.take(2);
  else if (operation === MEMORY_FILL) reader.take(1);
  else if (operation > LAST_SATURATING) throw new WasmError(start, `the opcode 0xfc ${operation} is not known`);
  return operation;
}

function opcodes(codes: readonly number[], skip: Skip): (readonly [number, Skip])[] {
  return codes.map((code) => [code, skip]);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
