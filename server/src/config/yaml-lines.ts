import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';

type Path = readonly PropertyKey[];

/** YAML (1.2, where `no` is a word), and where in the text each of its values stands. */
export type YamlLines =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** The line of a key, of an entry of a list, or of what is nearest above what is missing; from 1. */
      lineOf(path: Path): number;
      /** What stands there, as it was written; undefined for nothing and for more than one value. */
      written(path: Path): string | undefined;
    }
  | { readonly ok: false; readonly line: number; readonly reason: string };

export function parseYaml(text: string): YamlLines {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    // The library goes on to draw the place.
    return { ok: false, line: lines.linePos(error.pos[0]).line, reason: error.message.split(/ at line |\n/)[0] ?? '' };
  }
  const find = (path: Path) => walk(document.contents, path);
  return {
    ok: true,
    value: document.toJS(),
    lineOf: path => lines.linePos(find(path).at).line,
    written: path => {
      const { node } = find(path);
      return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
    },
  };
}

/** @returns the node, or undefined and the place of the last that there is. */
function walk(root: Node | null, path: Path): { node: unknown; at: number } {
  let node: unknown = root;
  let at = root?.range?.[0] ?? 0;
  for (const key of path) {
    const next = isMap(node)
      ? node.items.find(pair => isScalar(pair.key) && String(pair.key.value) === String(key))
      : undefined;
    const entry = isSeq(node) ? node.items[Number(key)] : next?.key;
    if (entry === undefined) return { node: undefined, at };
    at = startOf(entry) ?? at;
    node = next === undefined ? entry : next.value;
  }
  return { node, at };
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}
