/**
 * JSON kept in text columns. What is read back was written by `toJson`, here or in the store that a backup came
 * from, so it is trusted and not validated again: a snapshot parses thousands of these.
 */
declare const shape: unique symbol;
/** JSON text of a `Value`. */
export type Json<Value> = string & { readonly [shape]: Value };

export function toJson<Value>(value: Value): Json<Value> {
  return JSON.stringify(value) as Json<Value>;
}

export function fromJson<Value>(text: Json<Value>): Value {
  return JSON.parse(text);
}
