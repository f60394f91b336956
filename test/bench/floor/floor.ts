import { createServer, type Socket } from 'node:net';

/**
 * The floor in Node: sends every viewer the same bytes 30 times a second with one write each and does nothing else.
 * Usage: floor.ts BYTES FPS. The message starts with its own length (u32) and the wall clock (f64, ms), little-endian.
 */
const bytes = Number(process.argv[2]);
const fps = Number(process.argv[3]);
const viewers = new Set<Socket>();

const server = createServer({ noDelay: true }, socket => {
  viewers.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => viewers.delete(socket));
  socket.resume();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`http://127.0.0.1:${address.port}/\n`);
});

const startedAt = performance.now();
let sent = 0;
function send(): void {
  const message = Buffer.allocUnsafe(bytes);
  message.writeUInt32LE(bytes, 0);
  message.writeDoubleLE(performance.timeOrigin + performance.now(), 4);
  for (const viewer of viewers) {
    // One that has not taken the frame before misses this one.
    if (viewer.writableLength === 0) viewer.write(message);
  }
  sent++;
  setTimeout(send, startedAt + (sent * 1000) / fps - performance.now());
}
send();
