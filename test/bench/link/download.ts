import { connect, createServer } from 'node:net';

/**
 * A download that takes all that it gets: `download.ts serve HOST PORT` at one end of the link, `download.ts fetch HOST
 * PORT` at the other. It fills the queue before the narrowest place, as TCP does.
 */
const CHUNK = Buffer.alloc(65_536);
const [, , role, host = '', port = ''] = process.argv;

if (role === 'serve') {
  const server = createServer(socket => {
    const fill = (): void => {
      while (socket.write(CHUNK));
    };
    socket.on('drain', fill);
    socket.on('error', () => undefined);
    fill();
  });
  server.listen(Number(port), host, () => process.stdout.write('Serving\n'));
} else {
  connect(Number(port), host).resume();
}
