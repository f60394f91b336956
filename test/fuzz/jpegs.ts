import { AV_CODEC_ID_MJPEG, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { CodecParameters, Packet } from 'node-av/lib';
import sharp from 'sharp';
import { Encoder } from '../../server/src/encode/encoder.js';
import { DamagedPicture } from '../../server/src/frames.js';
import { DamageCount } from '../../server/src/source/damage.js';
import { Decoder } from '../../server/src/source/ffmpeg/decoder.js';
import { JpegPictures } from '../../server/src/source/ffmpeg/jpeg-pictures.js';
import { seededRandom } from '../support/random.js';
import { TestHost } from '../support/source.js';
import { damaged } from './damage.js';
import { checkMemory } from './memory-bound.js';

const WIDTH = 320;
const HEIGHT = 240;

export interface JpegsResult {
  sent: number;
  /** Decoded and encoded anew: the damage was such that nothing is missing. */
  shown: number;
  /** As the source has counted them. */
  dropped: number;
}

/**
 * Damaged JPEGs, every fourth of them whole, as the packets of one source, through decoding and encoding.
 *
 * @throws Error when a whole one is not shown, or a damaged one neither shown nor counted.
 */
export async function fuzzJpegs(count: number, seed: number): Promise<JpegsResult> {
  const random = seededRandom(seed);
  const whole = await wholeJpegs(random);
  const damage = new DamageCount('the fuzzed camera', new TestHost());
  const pictures = new JpegPictures(await openDecoder(), damage, undefined);
  using encoder = new Encoder({ codec: 'jpeg', width: 160, height: 120, quality: 50 });
  using packet = new Packet();
  packet.alloc();
  let shown = 0;
  let sent = 0;
  const send = async (jpeg: Buffer) => {
    sent += 1;
    packet.unref();
    packet.data = jpeg;
    const picture = await pictures.make(packet, sent);
    if (picture === undefined) return false;
    try {
      await encoder.encode(picture);
      shown += 1;
      return true;
    } catch (error) {
      if (!(error instanceof DamagedPicture)) throw error;
      return false;
    } finally {
      picture.free();
    }
  };
  for (let i = 0; i < count; i += 1) {
    const jpeg = whole[i % whole.length] ?? Buffer.alloc(0);
    if (i % 4 !== 3) await send(damaged(jpeg, random));
    else if (!(await send(jpeg))) throw new Error(`Picture ${sent} of seed ${seed} is whole and was not shown.`);
    checkMemory(`picture ${sent} of seed ${seed}`);
  }
  // The last one refutes what a damaged one before it may have claimed.
  const [last = Buffer.alloc(0)] = whole;
  await send(last);
  await pictures.stop();
  if (shown + damage.count !== sent) {
    throw new Error(`Of ${sent} pictures of seed ${seed}, ${shown} were shown and ${damage.count} counted.`);
  }
  return { sent, shown, dropped: damage.count };
}

async function openDecoder(): Promise<Decoder> {
  const parameters = new CodecParameters();
  parameters.alloc();
  parameters.codecType = AVMEDIA_TYPE_VIDEO;
  parameters.codecId = AV_CODEC_ID_MJPEG;
  try {
    return await Decoder.open(parameters, 'the fuzzed camera', true);
  } finally {
    parameters.free();
  }
}

/** The kinds that cameras send, of grain, which fills every table. */
async function wholeJpegs(random: () => number): Promise<Buffer[]> {
  const grain = Buffer.from(
    Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => 60 + ((i / 960) % 120) + random() * 20),
  );
  const picture = sharp(grain, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  const kinds = [
    { quality: 60 },
    { quality: 90, chromaSubsampling: '4:4:4' },
    { quality: 60, progressive: true },
    { quality: 30, optimiseCoding: false },
  ];
  const colour = await Promise.all(kinds.map(kind => picture.clone().jpeg(kind).toBuffer()));
  return [...colour, await picture.clone().greyscale().jpeg().toBuffer()];
}
