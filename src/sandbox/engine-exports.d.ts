/** A JavaScript value inside, by its address in the engine's memory. */
export type Value = number;

/** The exports of the engine's module that are used: the names are those of quickjs-wasi, except for the counters. */
export interface EngineExports {
  readonly memory: WebAssembly.Memory;
  readonly fuel: WebAssembly.Global<number>;
  readonly depth: WebAssembly.Global<number>;
  readonly pages: WebAssembly.Global<number>;
  readonly lowest_stack: WebAssembly.Global<number>;
  readonly __stack_pointer: WebAssembly.Global<number>;
  _initialize(): void;
  qjs_init2(intrinsics: number): number;
  qjs_set_module_loader(on: 0 | 1): void;
  qjs_eval(code: number, length: number, name: number, flags: number): Value;
  qjs_call(callee: Value, self: Value, count: number, values: number): Value;
  qjs_throw(value: Value): Value;
  qjs_get_exception(): Value;
  qjs_is_exception(value: Value): number;
  qjs_promise_state(value: Value): number;
  qjs_promise_result(value: Value): Value;
  qjs_is_job_pending(): number;
  qjs_execute_pending_job(): number;
  qjs_new_string(text: number, length: number): Value;
  qjs_get_string_len(value: Value, length: number): number;
  qjs_free_cstring(text: number): void;
  qjs_new_object(): Value;
  qjs_new_host_function(name: number, length: number, count: number): Value;
  qjs_set_prop_string(object: Value, name: number, value: Value): number;
  qjs_get_prop_string(object: Value, name: number): Value;
  qjs_get_global(): Value;
  qjs_get_undefined(): Value;
  qjs_free_value(value: Value): void;
  wasm_malloc(length: number): number;
  wasm_free(place: number): void;
}
