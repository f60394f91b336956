import { expect, it } from 'vitest';
import { passedSocket } from '../../../server/src/ops/passed-socket.js';

it.each([
  ['one for this process', { LISTEN_FDS: '1', LISTEN_PID: '7' }, 3],
  ['one for another', { LISTEN_FDS: '1', LISTEN_PID: '8' }, undefined],
  ['none', {}, undefined],
  ['no number of them', { LISTEN_FDS: '', LISTEN_PID: '7' }, undefined],
  ['none of them', { LISTEN_FDS: '0', LISTEN_PID: '7' }, undefined],
])('takes the socket that was handed over: %s', (_, variables, fd) => {
  const environment = { PATH: '/bin', LISTEN_FDNAMES: 'framewire.socket', ...variables };
  expect(passedSocket(environment, 7)).toBe(fd);
  // Whatever is started from here is not meant.
  expect(environment).toEqual({ PATH: '/bin' });
});

it('refuses more than one, and what is no number', () => {
  expect(() => passedSocket({ LISTEN_FDS: '2', LISTEN_PID: '7' }, 7)).toThrow('was handed 2');
  expect(() => passedSocket({ LISTEN_FDS: 'x', LISTEN_PID: '7' }, 7)).toThrow('was handed x');
});
