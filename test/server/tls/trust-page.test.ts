import { describe, expect, it } from 'vitest';
import { trustPage } from '../../../server/src/tls/trust-page.js';

const FINGERPRINT = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0').toUpperCase()).join(':');

const pageFor = (userAgent?: string): string =>
  trustPage({ machine: 'workshop <3', fingerprint: FINGERPRINT, userAgent });

const opened = (userAgent?: string): (string | undefined)[] =>
  [...pageFor(userAgent).matchAll(/<details open><summary>([^<]*)/g)].map(match => match[1]);

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';

describe('the page about the certificate', () => {
  it.each([
    ['an iPhone', `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${SAFARI}`, ['iPhone, iPad']],
    ['an iPad or a Mac', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI}`, ['iPhone, iPad', 'macOS']],
    ['Chrome on a Mac', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME}`, ['macOS']],
    ['Android', `Mozilla/5.0 (Linux; Android 10; K) ${CHROME}`, ['Android']],
    ['Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}`, ['Windows']],
    ['Chromium on Linux', `Mozilla/5.0 (X11; Linux x86_64) ${CHROME}`, ['Linux: Chromium, Chrome']],
    ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', ['Linux: Firefox']],
  ])('opens what %s has to do, and no more', (_, userAgent, devices) => {
    expect(opened(userAgent)).toEqual(devices);
    expect(pageFor(userAgent).match(/<summary>/g)).toHaveLength(6);
  });

  it('opens everything where it does not know the device', () => {
    expect(opened('curl/8.0')).toHaveLength(6);
    expect(opened()).toHaveLength(6);
  });

  it('begins each with the download, and says in a few steps what follows', () => {
    for (const list of pageFor().split('<ol>').slice(1)) {
      expect(list).toMatch(/^\n<li>Download the certificate/);
      const steps = list.split('</ol>')[0]?.match(/<li>/g)?.length;
      expect(steps).toBe(4);
    }
  });

  it('shows what to compare, and names the machine as it is', () => {
    expect(pageFor().replaceAll('\n', ':')).toContain(FINGERPRINT);
    expect(pageFor()).toContain('The pictures of workshop &lt;3 come');
  });
});
