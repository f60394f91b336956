type Random = () => number;

/** The bytes with one to three injuries, as bad links, full disks and broken firmware leave them; never the same memory. */
export function damaged(bytes: Buffer, random: Random): Buffer {
  let hurt = Buffer.from(bytes);
  const injuries = 1 + Math.floor(random() * 3);
  for (let i = 0; i < injuries; i += 1) {
    const injure = INJURIES[Math.floor(random() * INJURIES.length)];
    if (injure !== undefined && hurt.length > 0) hurt = Buffer.from(injure(hurt, random));
  }
  return hurt;
}

/** Where sizes, tables and lengths are. */
const HEAD_BYTES = 700;

const INJURIES: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => overwrite(bytes, random, bytes.length),
  (bytes, random) => overwrite(bytes, random, Math.min(HEAD_BYTES, bytes.length)),
  (bytes, random) => bytes.subarray(0, at(bytes, random)),
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    return bytes.fill(random() < 0.5 ? 0 : 0xff, from, to);
  },
];

function overwrite(bytes: Buffer, random: Random, within: number): Buffer {
  const count = 1 + Math.floor(random() * 8);
  for (let i = 0; i < count; i += 1) bytes[Math.floor(random() * within)] = Math.floor(random() * 256);
  return bytes;
}

function span(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = at(bytes, random);
  return [from, Math.min(bytes.length, from + 1 + Math.floor(random() * 400))];
}

function at(bytes: Buffer, random: Random): number {
  return Math.floor(random() * bytes.length);
}
