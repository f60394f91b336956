import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Crowd } from './crowd.js';
import { parseOrder, type Order, type Report } from './plan.js';

/**
 * The load client: a process of its own, so that its CPU is not taken for the server's. It is forked, is told a plan,
 * says when every viewer has frames, is told to measure, and answers with what came.
 */

const READY_WITHIN_MS = 30_000;

function say(report: Report): void {
  process.send?.(report);
}

async function nextOrder(): Promise<Order> {
  const values: unknown[] = await once(process, 'message');
  return parseOrder(values[0]);
}

async function main(): Promise<void> {
  const plan = await nextOrder();
  if (plan.type !== 'plan') throw new Error('The plan comes first.');
  const crowd = new Crowd(plan);
  try {
    const late = sleep(READY_WITHIN_MS, undefined, { ref: false }).then(() => {
      throw new Error(`${crowd.waiting} of ${plan.viewers} viewers got no frame in ${READY_WITHIN_MS} ms.`);
    });
    await Promise.race([crowd.ready, crowd.failed, late]);
    say({ type: 'ready' });
    const order = await nextOrder();
    if (order.type !== 'measure') throw new Error('There is one plan only.');
    const count = crowd.startCounting();
    await Promise.race([sleep(order.seconds * 1000), crowd.failed]);
    const counted = count();
    crowd.leave();
    say({ type: 'measured' });
    say({ type: 'load', ...(await counted) });
  } finally {
    crowd.leave();
  }
}

process.once('disconnect', () => process.exit(1));
try {
  await main();
} catch (error) {
  say({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
}
process.disconnect();
