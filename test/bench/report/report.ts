import { furtherFrameUs, furtherViewerKb } from './figures.js';
import { isFloor, nearestFloor, type FloorKind, type Result } from './results.js';
import { table } from './table.js';

/**
 * CPU of a further viewer's frame, us, of all processes or of the one that serves; undefined when fewer than two numbers
 * of viewers were measured.
 */
export function costUs(result: Result | undefined, of?: 'servingCores'): number | undefined {
  const few = result?.readings[0];
  const many = result?.readings.at(-1);
  return few === undefined || many === undefined || few === many ? undefined : furtherFrameUs(few, many, of);
}

/** The same against a floor of frames of its size; undefined when either was not measured. */
export function floorRatio(result: Result, results: readonly Result[], kind: FloorKind): number | undefined {
  const own = costUs(result);
  const floor = costUs(nearestFloor(results, kind, result.readings[0]?.frameBytes ?? 0));
  return own === undefined || floor === undefined ? undefined : own / floor;
}

/** Memory of a further viewer, kB. */
export function memoryKb(result: Result | undefined): number | undefined {
  const few = result?.readings[0];
  const many = result?.readings.at(-1);
  return few === undefined || many === undefined || few === many ? undefined : furtherViewerKb(few, many);
}

export function text(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits);
}

/** Two tables: what each did with each number of viewers, and what a further viewer costs. */
export function figures(results: readonly Result[]): string {
  if (results.length === 0) return 'No contender was asked for.';
  const readings = results.flatMap(result => [
    ...result.readings.map(reading => [
      result.name,
      String(reading.viewers),
      text(reading.fps, 1),
      text(reading.slowestFps, 1),
      text(reading.frameBytes / 1000, 1),
      text(reading.ageP50, 1),
      text(reading.ageP99, 1),
      text(reading.serverCores, 2),
      text(reading.clientCores, 2),
      text(reading.otherCores, 2),
      text(reading.memoryBytes / 1e6, 1),
    ]),
    ...(result.note === undefined ? [] : [[result.name, result.note]]),
  ]);
  const costs = results
    .filter(result => costUs(result) !== undefined)
    .map(result => [
      result.name,
      text((result.readings[0]?.frameBytes ?? 0) / 1000, 1),
      text(costUs(result), 1),
      text(costUs(result, 'servingCores'), 1),
      isFloor(result) ? '' : text(floorRatio(result, results, 'floor-c'), 2),
      isFloor(result) ? '' : text(floorRatio(result, results, 'floor-node'), 2),
      isFloor(result) ? '' : text(floorRatio(result, results, 'floor-answered'), 2),
      text(memoryKb(result), 0),
    ]);
  return [
    table(
      ['', 'viewers', 'fps', 'slowest', 'kB/frame', 'age p50', 'age p99', 'server', 'client', 'other', 'MB'],
      readings,
    ),
    '',
    'fps: frames a second of the mean viewer and of the slowest. Age: capture to the whole frame received, ms, over',
    'viewers spread among all. CPU in cores: all processes of the server; the load client; whatever else ran meanwhile.',
    'MB: memory of all processes of the server without mapped files.',
    '',
    table(
      [
        'one further viewer',
        'kB/frame',
        'us/frame',
        'serving',
        'x floor C',
        'x floor Node',
        'x with answers',
        'kB memory',
      ],
      costs,
    ),
    '',
    'us/frame: CPU of all processes of the server; of that, serving: of the one that serves the viewers. The camera is',
    'simulated inside the process that captures, and makes its JPEG there.',
  ].join('\n');
}
