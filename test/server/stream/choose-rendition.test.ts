import { describe, expect, it } from 'vitest';
import { renditionKey, type RenditionSpec } from '@framewire/shared/rendition';
import { chooseRendition, nearestRendition } from '../../../server/src/stream/choose-rendition.js';
import { request } from '../fakes.js';

const RAW = { width: 1280, height: 720, isJpeg: false };
const JPEG = { ...RAW, isJpeg: true };

describe('the choice of a rendition', () => {
  it.each([
    ['what is usual', {}, 'jpeg-1280x720-q30'],
    ['a quality', { quality: 75 }, 'jpeg-1280x720-q75'],
    ['a width', { maxWidth: 640 }, 'jpeg-640x360-q30'],
    ['a height', { maxHeight: 180 }, 'jpeg-320x180-q30'],
    ['both: the narrower bound holds', { maxWidth: 640, maxHeight: 180 }, 'jpeg-320x180-q30'],
    ['more than there is: nothing is enlarged', { maxWidth: 4000, maxHeight: 4000 }, 'jpeg-1280x720-q30'],
    ['a rate, which is the viewer’s own', { fps: 5 }, 'jpeg-1280x720-q30'],
  ])('answers %s', (_, wishes, key) => {
    const choice = chooseRendition(request(wishes), RAW);
    expect(renditionKey(choice.spec)).toBe(key);
    expect(choice.why).toBe('');
  });

  it('passes the own pictures of a source through where they have the size that is wanted', () => {
    const whole = chooseRendition(request({ quality: 'source', maxWidth: 1280 }), JPEG);
    expect([renditionKey(whole.spec), whole.why]).toEqual(['jpeg-1280x720-source', '']);
  });

  it('says why it cannot pass them through', () => {
    const small = chooseRendition(request({ quality: 'source', maxWidth: 640 }), JPEG);
    expect(renditionKey(small.spec)).toBe('jpeg-640x360-q90');
    expect(small.why).toBe("The source's own pictures are 1280x720: quality 90 at this size.");
    const raw = chooseRendition(request({ quality: 'source' }), RAW);
    expect(renditionKey(raw.spec)).toBe('jpeg-1280x720-q90');
    expect(raw.why).toBe('The source makes no JPEGs of its own: quality 90 in place of them.');
  });
});

describe('the nearest rendition', () => {
  const spec = (width: number, quality: RenditionSpec['quality'], codec: RenditionSpec['codec'] = 'jpeg') => ({
    codec,
    width,
    height: (width * 9) / 16,
    quality,
  });
  const nearest = (wanted: RenditionSpec, existing: RenditionSpec[]) => {
    const found = nearestRendition(wanted, existing);
    return found && renditionKey(found);
  };

  it.each([
    ['the nearer quality', spec(1280, 50), [spec(1280, 30), spec(1280, 60)], 'jpeg-1280x720-q60'],
    ['the nearer size', spec(640, 50), [spec(1280, 50), spec(480, 50)], 'jpeg-480x270-q50'],
    ['a size a little off before a quality far off', spec(640, 80), [spec(640, 10), spec(800, 80)], 'jpeg-800x450-q80'],
    [
      'a quality a little off before a size far off',
      spec(640, 80),
      [spec(1280, 80), spec(640, 70)],
      'jpeg-640x360-q70',
    ],
    ['the source’s own as quality 90', spec(1280, 85), [spec(1280, 75), spec(1280, 'source')], 'jpeg-1280x720-source'],
    ['the first of two that are as near', spec(1280, 50), [spec(1280, 40), spec(1280, 60)], 'jpeg-1280x720-q40'],
    ['none of another codec', spec(1280, 50), [spec(1280, 50, 'h264')], undefined],
    ['none where there is none', spec(1280, 50), [], undefined],
  ])('is %s', (_, wanted, existing, key) => {
    expect(nearest(wanted, existing)).toBe(key);
  });
});
