import { MEMORY_COPY, MEMORY_FILL, NO_TYPE, OP } from './instructions.ts';
import { meterFunction, trapBelowZero, type Added, type Report } from './meter-function.ts';
import { readModule, type WasmModule } from './wasm-module.ts';
import { code, concat, signed, unsigned, vector } from './wasm-reader.ts';

/** The memory of the metered module, in pages of 64 KiB: all that it ever has, from the beginning. */
export const MAX_PAGES = 256;
/** What calls within calls may take of V8's stack, in bytes by our estimate: that stack is never met. */
export const MAX_DEPTH = 512 * 1024;
const MAX_FUEL = 2 ** 31 - 1;

const I32 = 0x7f;
const FUNCTION_TYPE = 0x60;
const GLOBAL_KIND = 3;
const LOG2_BYTES_A_UNIT = 6;
const UNITS_A_PAGE = 65_536 / 2 ** LOG2_BYTES_A_UNIT;

/**
 * Puts counters into a module, so that all it does can be bounded, and what it was can be put back:
 *
 * - `fuel` goes down by one at the head of every loop, and by the length of whatever is copied or filled in units of 64
 *   bytes. Below 0 the module ends in a trap.
 * - `depth` is what is left for calls within calls.
 * - `pages` is the size of the memory, which only seems to grow: all of it is there from the beginning.
 * - `lowest_stack` is how far down the stack has been.
 *
 * @throws {WasmError} for anything that it does not know.
 */
export function meterModule(original: Uint8Array): { readonly bytes: Uint8Array; readonly report: Report } {
  const module = readModule(original);
  const report: Report = { functions: 0, calling: 0, loops: 0, copies: 0, fills: 0, sizes: 0, grows: 0, stackMoves: 0 };
  const helpers = helperTypes(module);
  const firstGlobal = module.globals.length;
  const firstFunction = module.importedFunctions + module.functionTypes.length;
  const added: Added = {
    fuel: firstGlobal,
    depth: firstGlobal + 1,
    pages: firstGlobal + 2,
    lowestStack: firstGlobal + 3,
    grow: firstFunction,
    copy: firstFunction + 1,
    fill: firstFunction + 2,
    stackPointer: module.stackPointer,
  };
  const codes = module.codes.map((body, index) => {
    const type = module.types[module.functionTypes[index]!]!;
    return sized(meterFunction(body, { parameters: type.parameters, result: type.result ?? NO_TYPE }, added, report));
  });
  const sections = new Map(module.sections);
  sections.set(1, vector([...module.types.map(({ bytes }) => bytes), ...helpers.types]));
  sections.set(3, vector([...module.functionTypes.map(unsigned), ...helpers.indices.map(unsigned)]));
  sections.set(5, vector([[1, ...unsigned(MAX_PAGES), ...unsigned(MAX_PAGES)]]));
  sections.set(6, vector([...module.globals, ...newGlobals(module)]));
  sections.set(7, vector([...module.exports, ...newExports(added)]));
  sections.set(10, vector([...codes, ...helperCodes(added).map(sized)]));
  return { bytes: concat([original.subarray(0, 8), ...[...sections].map(sectionBytes)]), report };
}

function sectionBytes([id, content]: readonly [number, Uint8Array]): Uint8Array {
  return concat([[id], sized(content)]);
}

function sized(content: Uint8Array | readonly number[]): Uint8Array {
  return concat([unsigned(content.length), content]);
}

/** The types of what is added: `grow` takes a number and gives one, `copy` and `fill` take three. */
function helperTypes({ types }: WasmModule) {
  const one = [FUNCTION_TYPE, 1, I32, 1, I32];
  const three = [FUNCTION_TYPE, 3, I32, I32, I32, 0];
  return { types: [one, three], indices: [types.length, types.length + 1, types.length + 1] };
}

function newGlobals({ pages, stackStart }: WasmModule): readonly number[][] {
  const values = [MAX_FUEL, MAX_DEPTH, pages, stackStart];
  return values.map((value) => [I32, 1, OP.i32Const, ...signed(value), OP.end]);
}

function newExports({ fuel, depth, pages, lowestStack }: Added): readonly Uint8Array[] {
  return Object.entries({ fuel, depth, pages, lowest_stack: lowestStack }).map(([name, index]) =>
    concat([sized(new TextEncoder().encode(name)), [GLOBAL_KIND], unsigned(index)]),
  );
}

/** Each charges first, and then does what it stands for. */
function helperCodes({ fuel, pages }: Added): readonly number[][] {
  const noLocals = 0;
  const charge = (units: readonly number[]): number[] => {
    const left = code(OP.globalGet, unsigned(fuel), units, OP.i32Sub);
    return code(left, OP.globalSet, unsigned(fuel), trapBelowZero(fuel));
  };
  const size = code(OP.globalGet, unsigned(pages));
  const isTooMuch = code(OP.localGet, 0, OP.i32Const, signed(MAX_PAGES), size, OP.i32Sub, OP.i32GtU);
  const refuse = code(isTooMuch, OP.if, NO_TYPE, OP.i32Const, signed(-1), OP.return, OP.end);
  const price = code(OP.localGet, 0, OP.i32Const, signed(UNITS_A_PAGE), OP.i32Mul);
  const grown = code(size, size, OP.localGet, 0, OP.i32Add, OP.globalSet, unsigned(pages));
  const length = code(OP.localGet, 2, OP.i32Const, LOG2_BYTES_A_UNIT, OP.i32ShrU);
  const all = code(OP.localGet, 0, OP.localGet, 1, OP.localGet, 2, OP.prefix);
  return [
    code(noLocals, refuse, charge(price), grown, OP.end),
    code(noLocals, charge(length), all, MEMORY_COPY, 0, 0, OP.end),
    code(noLocals, charge(length), all, MEMORY_FILL, 0, OP.end),
  ];
}
