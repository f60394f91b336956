import { parseStreamList, type StreamList } from '@framewire/shared/control';
import { expect, test } from 'vitest';
import { withStreamList } from '../../../../server/src/transport/http/dashboard-page.js';

const PAGE = '<title>x</title><script type="application/json" id="first-list">{}</script><p>';
const INFO = { id: 0, source: { state: 'idle' }, width: null, height: null, fps: null } as const;
const COUNTS = { viewers: 0, captured: 0, encoded: 0, damaged: 0, renditions: [] };

test.each(['gate', '</script><script>alert(1)</script>', '$& $1 $`', '<!--'])(
  'the list stands in the page, whatever the stream is called: %s',
  name => {
    const list: StreamList = { server: 'framewire', streams: [{ ...INFO, ...COUNTS, name, description: name }] };
    const [before, json = '', after] = withStreamList(PAGE, list).split(/<script[^>]*>|<\/script>/);
    expect([before, after]).toEqual(['<title>x</title>', '<p>']);
    expect(parseStreamList(json)).toEqual({ ok: true, message: list });
  },
);
