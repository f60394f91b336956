/** What a link does, and for how long. */
export interface Scenario {
  readonly key: string;
  readonly title: string;
  /** `wire`: real TCP through the kernel's own token bucket, as root; `emulated`: through a proxy of the tests. */
  readonly link: 'wire' | 'emulated' | 'none';
  /** From when on (s) it carries what (Mbit/s); 0: nothing. */
  readonly plan: readonly (readonly [number, number])[];
  /** What its token bucket lets through at once when it is full, kB of 1024; default 16 on a wire, else 0. */
  readonly burstKb?: number;
  readonly rttMs?: number;
  readonly jitterMs?: number;
  readonly glueMs?: number;
  /** Who speaks TLS to the viewers: nginx, which stands between the server and the link, or the server. */
  readonly tls?: 'nginx' | 'own';
  readonly seconds: number;
  readonly viewers?: number;
  /** How long a viewer takes to draw a picture, ms. */
  readonly drawMs?: number;
  /** So many more viewers, on loopback, which are what is measured; behind the link there are none then by default. */
  readonly crowd?: number;
  /** Somebody else downloads over the same wire, as fast as TCP goes. */
  readonly hasDownload?: boolean;
  /** Keys of the contenders that are measured; the peers only where they show what all know. */
  readonly contenders: readonly string[];
  /** Spans to be told apart, s; default: all from 3 s on. */
  readonly spans?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

export const QUEUE_MS = 400;
/** Who can be told of another size, and who keeps the first. */
const BOTH_KINDS = ['ws', 'bare', 'feed', 'feed-browser'] as const;
const OURS = ['ws', 'ws-fixed', 'bare', 'feed', 'feed-browser', 'feed-fixed'] as const;
const STEP: Scenario['plan'] = [
  [0, 20],
  [15, 2],
  [35, 20],
];
const STEPPED = {
  seconds: 55,
  contenders: BOTH_KINDS,
  spans: [
    { name: 'before', from: 3, to: 15 },
    { name: 'fallen to 2', from: 15, to: 35 },
    { name: '3 s after', from: 18, to: 35 },
    { name: 'risen to 20', from: 35, to: 55 },
  ],
};

/** Random rates that are the same each time. */
const RANDOM = [17, 4, 25, 2, 9, 29, 12, 3, 21, 6, 30, 2, 14, 27, 5, 19, 8, 2, 23, 11];

export const SCENARIOS: readonly Scenario[] = [
  scenario('wire-5', '5 Mbit/s', 'wire', [[0, 5]], { contenders: [...OURS, 'flask', 'ustreamer'] }),
  scenario('wire-step', '20, 2, 20 Mbit/s', 'wire', STEP, STEPPED),
  ...[64, 256].flatMap(burstKb => [
    scenario(`wire-5-${burstKb}`, `5 Mbit/s, bursts of ${burstKb} kB`, 'wire', [[0, 5]], {
      burstKb,
      contenders: BOTH_KINDS,
    }),
    scenario(`wire-step-${burstKb}`, `20, 2, 20 Mbit/s, bursts of ${burstKb} kB`, 'wire', STEP, {
      ...STEPPED,
      burstKb,
    }),
  ]),
  scenario(
    'wire-fall',
    '500, then 5 Mbit/s',
    'wire',
    [
      [0, 500],
      [12, 5],
    ],
    {
      seconds: 25,
      contenders: BOTH_KINDS,
      spans: [
        { name: 'before', from: 3, to: 12 },
        { name: 'fallen to 5', from: 12, to: 25 },
        { name: '3 s after', from: 15, to: 25 },
      ],
    },
  ),
  scenario('wire-random', '2-30 Mbit/s, another every 0.5 s', 'wire', random(20), { contenders: BOTH_KINDS }),
  scenario('wire-1', '1 Mbit/s', 'wire', [[0, 1]], { contenders: BOTH_KINDS }),
  scenario('wire-0.3', '300 kbit/s', 'wire', [[0, 0.3]], { contenders: BOTH_KINDS }),
  scenario('wire-100', '100 Mbit/s', 'wire', [[0, 100]], { contenders: OURS, seconds: 10 }),
  scenario('emulated-5', '5 Mbit/s, RTT 40 ms', 'emulated', [[0, 5]], {
    rttMs: 40,
    contenders: ['ws', 'ws-fixed', 'feed', 'feed-browser'],
  }),
  scenario('emulated-step', '20, 2, 20 Mbit/s, RTT 40 ms', 'emulated', STEP, {
    ...STEPPED,
    rttMs: 40,
    contenders: ['ws'],
  }),
  scenario('emulated-random', '2-30 Mbit/s, another every 0.5 s, RTT 40 ms', 'emulated', random(20), {
    rttMs: 40,
    contenders: ['ws'],
  }),
  scenario('emulated-rtt', '5 Mbit/s, RTT 150 ms', 'emulated', [[0, 5]], { rttMs: 150, contenders: ['ws'] }),
  scenario('emulated-jitter', '5 Mbit/s, RTT 40 ms, jitter 10 ms', 'emulated', [[0, 5]], {
    rttMs: 40,
    jitterMs: 10,
    contenders: ['ws'],
  }),
  scenario('emulated-1', '1 Mbit/s, RTT 40 ms', 'emulated', [[0, 1]], { rttMs: 40, contenders: ['ws'] }),
  scenario('emulated-0.3', '300 kbit/s, RTT 40 ms', 'emulated', [[0, 0.3]], { rttMs: 40, contenders: ['ws'] }),
  scenario(
    'emulated-stop',
    '5 Mbit/s, stands still for 5 s, RTT 40 ms',
    'emulated',
    [
      [0, 5],
      [10, 0],
      [15, 5],
    ],
    {
      rttMs: 40,
      contenders: ['ws'],
      spans: [
        { name: 'before', from: 3, to: 10 },
        { name: 'after', from: 15, to: 20 },
      ],
    },
  ),
  scenario('emulated-40', '40 viewers share 40 Mbit/s, RTT 40 ms', 'emulated', [[0, 40]], {
    rttMs: 40,
    viewers: 40,
    seconds: 40,
    contenders: ['ws'],
    spans: [{ name: 'all', from: 10, to: 40 }],
  }),
  scenario('emulated-glue', '5 Mbit/s through a proxy that collects for 20 ms, RTT 40 ms', 'emulated', [[0, 5]], {
    rttMs: 40,
    glueMs: 20,
    contenders: ['ws'],
  }),
  scenario('emulated-wss', '5 Mbit/s behind nginx with TLS, RTT 40 ms', 'emulated', [[0, 5]], {
    rttMs: 40,
    tls: 'nginx',
    contenders: ['ws'],
  }),
  scenario('emulated-tls', '5 Mbit/s with TLS, RTT 40 ms', 'emulated', [[0, 5]], {
    rttMs: 40,
    tls: 'own',
    contenders: BOTH_KINDS,
  }),
  scenario('wire-5-tls', '5 Mbit/s with TLS', 'wire', [[0, 5]], { tls: 'own', contenders: BOTH_KINDS }),
  scenario('wire-download', '10 Mbit/s, beside a greedy download', 'wire', [[0, 10]], {
    hasDownload: true,
    contenders: [...BOTH_KINDS, 'flask', 'ustreamer'],
  }),
  ...[1, 2, 3].map(round =>
    scenario(
      `crowd-${round}`,
      round === 2 ? '199 on loopback, beside one on 1 Mbit/s' : '199 on loopback',
      round === 2 ? 'emulated' : 'none',
      [[0, 1]],
      { crowd: 199, viewers: round === 2 ? 1 : 0, seconds: 15, contenders: ['ws'] },
    ),
  ),
  scenario('loopback', 'loopback', 'none', [], { contenders: OURS, seconds: 10 }),
  scenario('slow-screen', 'loopback, a viewer that draws 5 a second', 'none', [], { drawMs: 200, contenders: ['ws'] }),
];

function scenario(
  ...[key, title, link, plan, more]: [
    string,
    string,
    Scenario['link'],
    Scenario['plan'],
    Partial<Scenario> & Pick<Scenario, 'contenders'>,
  ]
): Scenario {
  return { seconds: 20, key, title, link, plan, ...more };
}

function random(seconds: number): Scenario['plan'] {
  return Array.from({ length: seconds * 2 }, (_, index) => [index / 2, RANDOM[index % RANDOM.length] ?? 2] as const);
}
