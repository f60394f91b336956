import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for one test file, with what FFmpeg's command makes for it and what is written by hand. */
export class VideoFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'framewire-video-'));

  /** Runs `ffmpeg ...args name`. @returns the path of the file. @throws Error with FFmpeg's own words. */
  make(name: string, ...args: readonly string[]): string {
    const path = join(this.path, name);
    const made = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args, path], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`ffmpeg did not make ${name}: ${made.stderr}`);
    return path;
  }

  /** @returns the path of the file. */
  write(name: string, content: string | Buffer): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** FFmpeg's own test picture for so many frames at 25 a second, 320x240. */
export function moving(frames: number): string[] {
  return ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', '-frames:v', String(frames)];
}
