import buffer from 'node:buffer';
import crypto from 'node:crypto';
import path from 'node:path';
import querystring from 'node:querystring';
import stringDecoder from 'node:string_decoder';
import url from 'node:url';
import util from 'node:util';
import * as ruleModule from '../rule/index.ts';
import { freezeExports, freezeFunction, lockFunctions } from './freeze-shared.ts';

/** What a check may well use of Node. Others, such as node:fs, Node itself has to change now and then. */
const MODULES: readonly object[] = [buffer, crypto, path, querystring, stringDecoder, url, util];

/**
 * Names that a check, which answers at once, has no use for. Looking at them loads them, which takes some 30 ms at the
 * start of every worker.
 */
const UNUSED =
  /Stream|QueuingStrategy|Storage$|^(?:FormData|Headers|Request|Response|WebSocket|EventSource)$|^(?:Close|Message)Event$/;

/**
 * Ends what `--frozen-intrinsics` begins: that flag freezes `Array.prototype` and `JSON`, but not the names `Array` and
 * `JSON` themselves, nor what Node has of its own, `Buffer` and `URL`, nor what all rules share of ours.
 */
export function freezeGlobals(): void {
  for (const key of Reflect.ownKeys(globalThis)) {
    const descriptor = UNUSED.test(String(key)) ? undefined : Reflect.getOwnPropertyDescriptor(globalThis, key);
    if (descriptor?.configurable !== true) continue;
    // What is behind a getter was not needed yet; once it is read, it can be a value like the others.
    const value: unknown = Reflect.get(globalThis, key);
    const { enumerable = false } = descriptor;
    Object.defineProperty(globalThis, key, { value, enumerable, writable: false, configurable: false });
    freezeGlobal(value);
  }
  for (const exported of MODULES) freezeExports(exported);
  for (const shared of Object.values(ruleModule)) freezeFunction(shared);
}

function freezeGlobal(value: unknown): void {
  if (typeof value === 'function') freezeFunction(value);
  // The methods of `performance` and `crypto` are those of their classes, which are global too. Node itself replaces
  // functions of `process`, when it loads this or that of its own.
  else if (typeof value === 'object' && value !== null && value !== globalThis && value !== process)
    lockFunctions(value);
}
