import { describe, expect, it } from 'vitest';
import { serviceManager, socketAddress } from '../../../server/src/ops/service-manager.js';
import { VirtualClock } from '../../simulate/virtual-clock.js';

/** A server that is ready after 1 s and stops after 2 s. @returns what was told when, and what was logged. */
function serve(environment: NodeJS.ProcessEnv, failure?: string) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const warnings: unknown[] = [];
  const open = (name: string) => (message: string) => {
    told.push(`${clock.now()} ${name} ${message}`);
    return failure;
  };
  const manager = serviceManager(environment, { warn: (line: unknown) => warnings.push(line) }, clock, open);
  clock.runUntil(1000);
  manager.ready();
  clock.runUntil(2000);
  manager.stopping();
  clock.runUntil(9000);
  return { told, warnings };
}

describe('a service manager', () => {
  it('hears when the server serves, twice in each time that its watchdog waits, and when it stops', () => {
    const { told, warnings } = serve({
      NOTIFY_SOCKET: '/run/n',
      WATCHDOG_USEC: '600000',
      WATCHDOG_PID: `${process.pid}`,
    });
    expect(told).toEqual([
      '1000 /run/n READY=1',
      ...['1300 /run/n WATCHDOG=1', '1600 /run/n WATCHDOG=1', '1900 /run/n WATCHDOG=1'],
      '2000 /run/n STOPPING=1',
    ]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['no watchdog', {}],
    ['a watchdog that is off', { WATCHDOG_USEC: '0' }],
    ['a watchdog of another process', { WATCHDOG_USEC: '600000', WATCHDOG_PID: `${process.pid + 1}` }],
    ['a watchdog whose time is no number', { WATCHDOG_USEC: 'soon' }],
  ])('with %s hears the rest', (_what, environment) => {
    const { told } = serve({ NOTIFY_SOCKET: '@n', ...environment });
    expect(told).toEqual(['1000 @n READY=1', '2000 @n STOPPING=1']);
  });

  it('that is not there is told nothing', () => {
    expect(serve({ WATCHDOG_USEC: '600000' })).toEqual({ told: [], warnings: [] });
  });

  it('that does not hear is warned of once', () => {
    const { warnings } = serve({ NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '600000' }, 'Nobody listens.');
    expect(warnings).toEqual(['Nobody listens.']);
  });

  it('is for this process, not for those that it starts', () => {
    const environment = { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '600000', WATCHDOG_PID: '1', PATH: '/bin' };
    serve(environment);
    expect(environment).toEqual({ PATH: '/bin' });
  });
});

describe('the address of a socket', () => {
  const pathOf = (name: string) => Buffer.from(socketAddress(name)?.subarray(2) ?? []).toString();

  it('is its path with a NUL behind it, or its abstract name with a NUL before it', () => {
    expect(pathOf('/run/n')).toBe('/run/n\0');
    expect(pathOf('@n')).toBe('\0n');
  });

  it('has room for 108 bytes', () => {
    expect(pathOf(`/${'n'.repeat(106)}`)).toHaveLength(108);
    expect(socketAddress(`/${'n'.repeat(107)}`)).toBeUndefined();
    expect(pathOf(`@${'n'.repeat(107)}`)).toHaveLength(108);
    expect(socketAddress(`@${'n'.repeat(108)}`)).toBeUndefined();
  });

  it('is none for other names', () => {
    for (const name of ['', 'run/n', 'vsock:2:1234']) expect(socketAddress(name)).toBeUndefined();
  });
});
