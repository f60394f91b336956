import type { CameraShare, Format } from '../camera-share.js';
import { costUs, floorRatio, memoryKb, text } from './report.js';
import type { FloorKind, Result } from './results.js';
import { table } from './table.js';

export interface Extras {
  /** Undefined when it was not measured. */
  camera: CameraShare | undefined;
  /** Growth of the memory with viewers coming and going, as a share. */
  growth: number | undefined;
}

/** Memory that wanders by less than this is flat: the collector's own waves are of that size. */
const FLAT = 0.05;

/** What Framewire promises, against what was measured. */
export function targets(results: readonly Result[], extras: Extras): string {
  const of = (key: string): Result | undefined => results.find(result => result.key === key);
  const many = (key: string) => of(key)?.readings.at(-1);
  const one = (key: string) => of(key)?.readings.find(({ viewers }) => viewers === 1);
  const atLeast = (count: number) => `at ${many('ws')?.viewers ?? count} viewers`;
  const ratio = (key: string, floor: FloorKind): number | undefined => {
    const result = of(key);
    return result === undefined ? undefined : floorRatio(result, results, floor);
  };
  const camera = (format: Format): string => {
    const ms = extras.camera?.percentile(format, 50);
    return ms === undefined ? '' : `, ${text(ms, 1)} of them the camera's own`;
  };
  const rows = [
    row("CPU of a further viewer's frame, x floor in Node", ratio('ws', 'floor-node'), 1.5, 2),
    row('the same, x floor in C', ratio('ws', 'floor-c'), 1.5, 2),
    row('the same, MJPG passed through, x floor in Node', ratio('ws-mjpg', 'floor-node'), 1.5, 2),
    row('the same, MJPG passed through, x floor in C', ratio('ws-mjpg', 'floor-c'), 1.5, 2),
    row('the same, viewers that acknowledge nothing, x floor in Node', ratio('ws-plain', 'floor-node'), 1.5, 2),
    row('the same under TLS, x without', ratioOf(of('wss'), of('ws')), 2.5, 2),
    row(`age p50 at 1 viewer, YUYV, ms${camera('YUYV')}`, one('ws')?.ageP50, 8, 1),
    row(`age p50 at 1 viewer, MJPG passed through, ms${camera('MJPG')}`, one('ws-mjpg')?.ageP50, 4, 1),
    row(`age p99 ${atLeast(200)}, YUYV, ms`, many('ws')?.ageP99, 40, 1),
    row(`age p99 ${atLeast(200)}, MJPG passed through, ms`, many('ws-mjpg')?.ageP99, 40, 1),
    row('memory of a viewer, kB', memoryKb(of('ws')), 100, 0),
    row(`/video_feed: age p50 ${atLeast(200)}, ms, against Flask's`, many('feed')?.ageP50, many('flask')?.ageP50, 1),
    row('growth of the memory, viewers coming and going, %', percent(extras.growth), FLAT * 100, 1),
  ];
  const measured = rows.filter(cells => cells[2] !== '');
  return measured.length === 0 ? 'None of that has a target.' : table(['target', 'at most', 'measured', ''], measured);
}

/** Of the CPU of a further viewer's frame. */
function ratioOf(result: Result | undefined, other: Result | undefined): number | undefined {
  const [own, others] = [costUs(result), costUs(other)];
  return own === undefined || others === undefined ? undefined : own / others;
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : share * 100;
}

function row(name: string, measured: number | undefined, most: number | undefined, digits: number): string[] {
  const isJudged = measured !== undefined && most !== undefined;
  return [name, text(most, digits), text(measured, digits), isJudged ? (measured <= most ? 'pass' : 'MISS') : ''];
}
