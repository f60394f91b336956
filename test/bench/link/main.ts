import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EmulatedLink } from '../../support/link/emulated-link.js';
import { machine, warnIfBusy } from '../machine/machine.js';
import { table } from '../report/table.js';
import { linkContenders, PORT, type LinkContender } from './contenders.js';
import { nginxMissing, startTlsProxy } from './nginx.js';
import { backUnder, bytesBack, linkFigures } from './figures.js';
import { QUEUE_MS, SCENARIOS, type Scenario } from './scenarios.js';
import { runIn, Viewers } from './viewers.js';
import type { Seen } from './watch-report.js';
import { SERVER_HOST, Wire, wireMissing } from './wire.js';

const HELP = `npm run bench:link -- [options]

How old pictures are behind a slow link: Framewire beside Flask and ustreamer, 1280x720 at 30 frames a second from the
test camera, quality 30, which wants 13 Mbit/s. Rows over a wire need root; those over an emulated link do not.

  --only KEYS         scenarios to run, of: ${SCENARIOS.map(({ key }) => key).join(', ')}
  --contenders KEYS   and who of those who take part
  --out FILE          writes the same as Markdown
`;

const HEAD = ['link', '', 'age p50', 'p95', 'p99', 'max', 'fps', 'kB', 'Mbit/s', 'size', 'changes', 'remarks'];
/** By then the viewers' process runs. */
const START_MS = 2000;

/** The least that the kernel's bucket works well with at these rates. */
const WIRE_BURST_KB = 16;

const PROXY_PORT = PORT + 1;
const DOWNLOAD_PORT = PORT + 2;
const downloadScript = fileURLToPath(new URL('download.ts', import.meta.url));

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    contenders: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help === true) process.stdout.write(HELP);
else await main(values.only?.split(','), values.contenders?.split(','), values.out);

async function main(
  only: readonly string[] | undefined,
  who: readonly string[] | undefined,
  out: string | undefined,
): Promise<void> {
  const unknown = only?.find(key => !SCENARIOS.some(scenario => scenario.key === key));
  if (unknown !== undefined) {
    process.stderr.write(`There is no scenario "${unknown}". See npm run bench:link -- --help.\n`);
    process.exitCode = 2;
    return;
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  warnIfBusy(say);
  const head = machine();
  const contenders = linkContenders().filter(({ key }) => who === undefined || who.includes(key));
  const rows: string[][] = [];
  for (const scenario of SCENARIOS) {
    if (only !== undefined && !only.includes(scenario.key)) continue;
    for (const contender of contenders.filter(({ key }) => scenario.contenders.includes(key))) {
      say(`${scenario.title}: ${contender.name}`);
      const skip = contender.skip ?? needs(scenario);
      if (skip !== undefined) rows.push([titleOf(scenario), contender.name, ...Array<string>(9).fill(''), skip]);
      else rows.push(...rowsOf(scenario, contender, await watched(scenario, contender)));
    }
  }
  const text = table(HEAD, rows);
  process.stdout.write(`${text}\n`);
  if (out !== undefined) writeFileSync(out, `${head}\n\n${text}\n`);
}

function needs({ link, tls }: Scenario): string | undefined {
  if (tls === 'nginx') return nginxMissing();
  return link === 'wire' ? wireMissing() : undefined;
}

/** Runs one contender behind the scenario's link. */
async function watched(scenario: Scenario, contender: LinkContender): Promise<readonly Seen[]> {
  const [, mbit = 1000] = scenario.plan[0] ?? [];
  const { burstKb } = scenario;
  using wire = scenario.link === 'wire' ? new Wire(mbit, QUEUE_MS, burstKb ?? WIRE_BURST_KB) : undefined;
  const host = wire === undefined ? '127.0.0.1' : SERVER_HOST;
  const { rttMs = 0, jitterMs = 0, glueMs = 0, tls } = scenario;
  await using server = await contender.start(host, wire?.server, tls === 'own');
  await using proxy = tls === 'nginx' ? await startTlsProxy(PROXY_PORT, `http://${host}:${PORT}`) : undefined;
  const port = proxy === undefined ? PORT : PROXY_PORT;
  const emulated = { rate: mbit * 1e6, burst: 1024 * (burstKb ?? 0), queueMs: QUEUE_MS, rttMs, jitterMs, glueMs };
  await using link = scenario.link === 'emulated' ? await EmulatedLink.start({ host, port }, emulated) : undefined;
  await using download = scenario.hasDownload === true && wire !== undefined ? await startDownload(wire) : undefined;
  const { viewers = 1, crowd = 0, seconds, drawMs = 0 } = scenario;
  const base = (link?.url ?? `http://${host}:${PORT}`).replace('http', tls === undefined ? 'http' : 'https');
  const startAt = Date.now() + START_MS;
  const order = { drawMs, seconds, startAt };
  const behind = { ...order, ...contender.order(base), viewers, readsTimeCode: true };
  const beside = { ...order, ...contender.order(`http://${host}:${PORT}`), viewers: crowd, readsTimeCode: false };
  await using many = crowd > 0 ? new Viewers(beside, undefined) : undefined;
  await using few = viewers > 0 ? new Viewers(behind, wire?.viewers) : undefined;
  await followPlan(scenario, startAt, async change => {
    wire?.set(change);
    await link?.follow(change);
  });
  const measured = many ?? few;
  const seen = await Promise.race([measured?.seen(), server.exited.then(() => undefined)]);
  if (seen === undefined) throw new Error(`The server ended early: ${server.output()}`);
  if (download?.ended() === true) throw new Error('The download ended early.');
  return seen;
}

/** Ends with the wire's namespaces at the latest. */
async function startDownload(wire: Wire): Promise<AsyncDisposable & { ended(): boolean }> {
  const at = [SERVER_HOST, String(DOWNLOAD_PORT)] as const;
  const source = runIn(wire.server, downloadScript, 'serve', ...at);
  await source.waitForOutput(/Serving/);
  const sink = runIn(wire.viewers, downloadScript, 'fetch', ...at);
  let hasEnded = false;
  void Promise.race([source.exited, sink.exited]).then(() => {
    hasEnded = true;
  });
  return {
    ended: () => hasEnded,
    async [Symbol.asyncDispose]() {
      await Promise.all([sink.stop(), source.stop()]);
    },
  };
}

async function followPlan({ plan }: Scenario, startAt: number, set: (mbit: number) => Promise<void>): Promise<void> {
  const startedAt = startAt - performance.timeOrigin;
  for (const [at, mbit] of plan.slice(1)) {
    await sleep(Math.max(0, startedAt + at * 1000 - performance.now()));
    await set(mbit);
  }
}

function titleOf({ title, link }: Scenario): string {
  return link === 'none' ? title : `${title}, ${link === 'wire' ? 'wire' : 'emulated'}`;
}

function rowsOf(scenario: Scenario, { name }: LinkContender, seen: readonly Seen[]): string[][] {
  const { spans = [{ name: '', from: 3, to: scenario.seconds }] } = scenario;
  const viewers = scenario.crowd ?? scenario.viewers ?? 1;
  return spans.map(span => {
    const { from, to } = span;
    const { ageP50, ageP95, ageP99, ageMax, fps, kB, mbit, least, most, size, changes } = linkFigures(
      seen,
      viewers,
      from,
      to,
    );
    const ages = [ageP50, ageP95, ageP99, ageMax].map(age => age.toFixed(age < 10 ? 1 : 0));
    const remarks = [
      viewers > 1 ? `${least.toFixed(2)}-${most.toFixed(2)} Mbit/s each` : '',
      ...remarksOn(scenario, seen, from, to),
    ];
    const where = span.name === '' ? titleOf(scenario) : `${titleOf(scenario)}: ${span.name}`;
    const rest = [fps.toFixed(1), kB.toFixed(1), mbit.toFixed(2), size, String(changes)];
    return [where, name, ...ages, ...rest, remarks.filter(remark => remark !== '').join('; ')];
  });
}

/** What a change of the link led to, in the span that begins with it. */
function remarksOn({ plan }: Scenario, seen: readonly Seen[], from: number, to: number): string[] {
  const index = plan.findIndex(([at]) => at === from);
  const [before, now] = [plan[index - 1], plan[index]];
  if (before === undefined || now === undefined || plan.length > 3) return [];
  if (now[1] < before[1]) {
    const back = backUnder(seen, 200, from, to);
    return [back === undefined ? 'never under 200 ms again' : `under 200 ms after ${back.toFixed(2)} s`];
  }
  const since = seen.filter(({ at, ageMs }) => at >= from * 1000 && ageMs !== null);
  const fresh = since.find(({ at, ageMs }) => at - (ageMs ?? 0) >= from * 1000);
  if (before[1] === 0) {
    const old = since.filter(({ ageMs }) => (ageMs ?? 0) > 1000).length;
    return [`first new picture after ${((fresh?.at ?? NaN) - from * 1000).toFixed(0)} ms, ${old} old ones`];
  }
  const bytes = bytesBack(seen, 0.9, [3, plan[1]?.[0] ?? 3], from);
  return [bytes === undefined ? 'never 90 % of the bytes again' : `90 % of the bytes after ${bytes.toFixed(2)} s`];
}
