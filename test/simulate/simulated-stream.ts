import type { Clock } from '../../server/src/time/clock.js';
import { typicalBytes } from '../../server/src/stream/ladder.js';
import type { CreateProducer, ProducerEvents } from '../../server/src/stream/producer.js';
import { Stream } from '../../server/src/stream/stream.js';
import type { RenditionSpec } from '@framewire/shared/rendition';

export interface SceneOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** How much heavier the scene is than a typical street. */
  readonly weight: number;
  /** By which part its pictures get heavier and lighter than that. */
  readonly swing: number;
  readonly random: () => number;
}

/** Capture to encoded, ms: what a 1280x720 picture takes on two cores. */
const ENCODE_MS = 6;

/** A scene's pictures get heavier and lighter in this time; from one to the next they differ by this part of its swing. */
const SCENE_MS = 7000;
const NOISE = 0.28;

/** Payloads are views of this: only their length matters, and that they begin as a JPEG does. */
const BYTES = new Uint8Array(4_000_000);
BYTES.set([0xff, 0xd8]);

/** The real `Stream`, fed by a camera and encoder that exist only in virtual time. */
export function simulatedStream(clock: Clock, scene: SceneOptions): { stream: Stream; encodes: () => number } {
  let encodes = 0;
  const createProducer: CreateProducer = events => {
    const wanted = new Map<number, { spec: RenditionSpec; fps: number }>();
    let seq = 0;
    const capture = () => {
      const capturedAt = clock.now();
      seq += 1;
      const sceneWeight = weightAt(scene, capturedAt);
      for (const [rendition, { spec, fps }] of wanted) {
        if (fps <= 0) continue;
        encodes += 1;
        const bytes = Math.round(typicalBytes(spec) * sceneWeight);
        const picture = { rendition, spec, seq, capturedAt, bytes };
        clock.at(capturedAt + ENCODE_MS, () => publish(events, picture));
      }
      clock.at(capturedAt + 1000 / scene.fps, capture);
    };
    return {
      start() {
        if (seq > 0) return;
        const { width, height, fps } = scene;
        events.source({ state: 'live' }, { width, height, fps, isJpeg: false, description: 'simulated' });
        capture();
      },
      stop: () => Promise.resolve(),
      want: (id, spec, fps) => wanted.set(id, { spec, fps }),
      drop: id => wanted.delete(id),
    };
  };
  const stream = new Stream(
    {
      name: 'simulated',
      title: 'simulated',
      id: 0,
      description: 'simulated',
      graceMs: Infinity,
      maxRenditions: 6,
      clock,
      drawPlaceholder: () => Promise.resolve(new Uint8Array()),
    },
    createProducer,
    () => undefined,
  );
  return { stream, encodes: () => encodes };
}

function weightAt({ weight, swing, random }: SceneOptions, time: number): number {
  return weight * (1 + swing * (Math.sin((2 * Math.PI * time) / SCENE_MS) + NOISE * (2 * random() - 1)));
}

function publish(
  events: ProducerEvents,
  picture: { rendition: number; spec: RenditionSpec; seq: number; capturedAt: number; bytes: number },
): void {
  const { rendition, spec, seq, capturedAt, bytes } = picture;
  const { codec, width, height } = spec;
  const kind = { key: true, discardable: true, placeholder: false, refSeq: 0, encodeUs: ENCODE_MS * 1000, stream: 0 };
  events.frame(
    { ...kind, codec, width, height, rendition, seq, capturedAt, payloadBytes: bytes },
    BYTES.subarray(0, bytes),
  );
}
