import type * as z from 'zod';

/** Values are cut after this: a report may hold anything. */
const LONGEST_VALUE = 40;

/** @returns one line for a log: which message it was, and the first field that is not as agreed. */
export function describeIssue(message: unknown, error: z.ZodError): string {
  const type = fieldOf(message, 'type');
  const [issue] = error.issues;
  const path = issue?.path ?? [];
  const value = path.reduce<unknown>((parent, key) => fieldOf(parent, key), message);
  const text = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, LONGEST_VALUE);
  const where = path.length === 0 ? 'it' : path.join('.');
  return `"${typeof type === 'string' ? type.slice(0, LONGEST_VALUE) : '?'}", where ${where} is ${text}`;
}

function fieldOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
