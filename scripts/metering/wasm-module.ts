import { OP } from './instructions.ts';
import { WasmError, WasmReader } from './wasm-reader.ts';

/** What of a module is rewritten, and all of its sections as they are. */
export interface WasmModule {
  /** By number, in their order, without custom ones. */
  readonly sections: ReadonlyMap<number, Uint8Array>;
  readonly types: readonly FunctionType[];
  readonly importedFunctions: number;
  /** For each function of its own the number of its type. */
  readonly functionTypes: readonly number[];
  readonly globals: readonly Uint8Array[];
  readonly exports: readonly Uint8Array[];
  readonly codes: readonly { readonly bytes: Uint8Array; readonly start: number; readonly end: number }[];
  /** The memory's first size, in pages of 64 KiB. */
  readonly pages: number;
  /** The global that is exported as `__stack_pointer`, and where it begins. */
  readonly stackPointer: number;
  readonly stackStart: number;
}

export interface FunctionType {
  readonly bytes: Uint8Array;
  readonly parameters: number;
  /** `undefined` for a function without one. */
  readonly result: number | undefined;
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** Type, import, function, table, memory, global, export, element, code, data and its count: no start, no tags. */
const KNOWN_SECTIONS = new Set([1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12]);
/** i32, i64, f32 and f64. */
const VALUE_TYPES = new Set([0x7f, 0x7e, 0x7d, 0x7c]);
const FUNCTION_TYPE = 0x60;
const FUNCTION_KIND = 0;
const GLOBAL_KIND = 3;
const STACK_POINTER = '__stack_pointer';

interface Section {
  readonly start: number;
  readonly end: number;
}

/** Takes a module apart. @throws {WasmError} for what it does not know. */
export function readModule(bytes: Uint8Array): WasmModule {
  const sections = readSections(bytes);
  const items = <T>(id: number, read: (reader: WasmReader) => T): readonly T[] =>
    readItems(bytes, sections.get(id), read);
  const exports = items(7, readExport);
  const globals = items(6, readGlobal);
  const stackPointer = exports.find(({ name, kind }) => name === STACK_POINTER && kind === GLOBAL_KIND)?.index;
  if (stackPointer === undefined) throw new WasmError(0, `there is no global ${STACK_POINTER}`);
  const [memory, ...more] = items(5, readMemory);
  if (memory === undefined || more.length > 0) throw new WasmError(0, 'it must have one memory');
  return {
    sections: new Map([...sections].map(([id, { start, end }]) => [id, bytes.subarray(start, end)])),
    types: items(1, readType),
    importedFunctions: items(2, readImport).length,
    functionTypes: items(3, (reader) => reader.u32()),
    globals: globals.map((global) => global.bytes),
    exports: exports.map((exported) => exported.bytes),
    codes: items(10, readCode),
    pages: memory,
    stackPointer,
    stackStart: globals[stackPointer]!.value,
  };
}

function readSections(bytes: Uint8Array): ReadonlyMap<number, Section> {
  if (HEADER.some((byte, index) => bytes[index] !== byte)) throw new WasmError(0, 'it is no WebAssembly of version 1');
  const reader = new WasmReader(bytes, HEADER.length);
  const sections = new Map<number, Section>();
  while (reader.place < bytes.length) {
    const [place, id, length] = [reader.place, reader.byte(), reader.u32()];
    const start = reader.place;
    reader.take(length);
    // Custom ones are names, and the like.
    if (id === 0) continue;
    if (!KNOWN_SECTIONS.has(id)) throw new WasmError(place, `the section ${id} is not known`);
    sections.set(id, { start, end: reader.place });
  }
  return sections;
}

function readItems<T>(bytes: Uint8Array, section: Section | undefined, read: (reader: WasmReader) => T): readonly T[] {
  if (section === undefined) return [];
  const reader = new WasmReader(bytes, section.start);
  const items = Array.from({ length: reader.u32() }, () => read(reader));
  if (reader.place !== section.end) throw new WasmError(reader.place, 'a section is longer than what is in it');
  return items;
}

function readType(reader: WasmReader): FunctionType {
  const start = reader.place;
  if (reader.byte() !== FUNCTION_TYPE) throw new WasmError(start, 'a type is none of a function');
  const [parameters, results] = [readValueTypes(reader), readValueTypes(reader)];
  if (results.length > 1) throw new WasmError(start, 'a function has more than one result');
  return { bytes: reader.bytes.subarray(start, reader.place), parameters: parameters.length, result: results[0] };
}

function readValueTypes(reader: WasmReader): readonly number[] {
  return Array.from({ length: reader.u32() }, () => readValueType(reader));
}

function readValueType(reader: WasmReader): number {
  const type = reader.byte();
  if (!VALUE_TYPES.has(type))
    throw new WasmError(reader.place - 1, `the value type 0x${type.toString(16)} is not known`);
  return type;
}

function readImport(reader: WasmReader): void {
  reader.take(reader.u32());
  reader.take(reader.u32());
  if (reader.byte() !== FUNCTION_KIND)
    throw new WasmError(reader.place - 1, 'something else than a function is imported');
  reader.u32();
}

function readMemory(reader: WasmReader): number {
  const form = reader.byte();
  if (form > 1) throw new WasmError(reader.place - 1, 'the memory is shared, or of 64 bits');
  const pages = reader.u32();
  if (form === 1) reader.u32();
  return pages;
}

function readGlobal(reader: WasmReader): { readonly bytes: Uint8Array; readonly value: number } {
  const start = reader.place;
  readValueType(reader);
  reader.byte();
  if (reader.byte() !== OP.i32Const) throw new WasmError(reader.place - 1, 'a global does not begin with a number');
  const value = reader.u32();
  if (reader.byte() !== OP.end) throw new WasmError(reader.place - 1, 'a global does not begin with a number');
  return { bytes: reader.bytes.subarray(start, reader.place), value };
}

function readExport(reader: WasmReader) {
  const start = reader.place;
  const name = new TextDecoder().decode(reader.take(reader.u32()));
  const [kind, index] = [reader.byte(), reader.u32()];
  return { name, kind, index, bytes: reader.bytes.subarray(start, reader.place) };
}

function readCode(reader: WasmReader) {
  const length = reader.u32();
  const start = reader.place;
  reader.take(length);
  return { bytes: reader.bytes, start, end: reader.place };
}
