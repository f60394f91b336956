import { readFileSync } from 'node:fs';
import { childrenOf } from '../../support/processes.js';

/** Clock ticks a second in /proc, the same on every Linux that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

export interface Usage {
  /** User and system time so far, seconds, of the process and of all its descendants that live. */
  cpuSeconds: number;
  /** Of that, the part of the process itself. */
  ownCpuSeconds: number;
  /**
   * Memory that the same processes have for themselves (RssAnon), bytes. Without mapped files: the pages of a 175 MB
   * library that happen to be read in come and go with what else the machine does.
   */
  memoryBytes: number;
  /** Of that, the part of the process itself. */
  ownMemoryBytes: number;
}

/** Reads /proc; a process that ends meanwhile counts as far as it could be read. */
export function usageOf(pid: number): Usage {
  const usage: Usage = { cpuSeconds: 0, ownCpuSeconds: 0, memoryBytes: 0, ownMemoryBytes: 0 };
  const left = [pid];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    try {
      add(usage, next);
      if (next === pid) {
        usage.ownCpuSeconds = usage.cpuSeconds;
        usage.ownMemoryBytes = usage.memoryBytes;
      }
      left.push(...childrenOf(next));
    } catch {
      // Ended between two reads.
    }
  }
  return usage;
}

function add(usage: Usage, pid: number): void {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces and brackets; what follows is numbered from field 3 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const [user = '0', system = '0'] = fields.slice(11, 13);
  usage.cpuSeconds += (Number(user) + Number(system)) / TICKS_PER_SECOND;
  const memory = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  usage.memoryBytes += Number(memory ?? 0) * 1024;
}

/** CPU that all processes of this machine have used so far, seconds: to see whether it had something else to do. */
export function machineCpuSeconds(): number {
  const [, user = '0', nice = '0', system = '0'] = readFileSync('/proc/stat', 'utf8').split(/\s+/);
  return (Number(user) + Number(nice) + Number(system)) / TICKS_PER_SECOND;
}
