import { connect, type ConnectionState, type Frame, type FramewireClient } from '../../client/src/client.js';
import { eventually } from '../support/eventually.js';
import type { ScriptedServer, ScriptedViewer } from '../support/server/scripted-server.js';

/** A client that watches `gate`, and the server's end of it. */
export async function watching(server: ScriptedServer): Promise<{ client: FramewireClient; viewer: ScriptedViewer }> {
  const client = await connect(server.url);
  const viewer = await server.viewer();
  const answer = client.subscribe({ stream: 'gate', quality: 40 });
  await viewer.control('subscribe');
  viewer.agree();
  await answer;
  return { client, viewer };
}

/** Every frame from now on. */
export function framesOf(client: FramewireClient): Frame[] {
  const frames: Frame[] = [];
  client.on('frame', frame => frames.push(frame));
  return frames;
}

/** Every state of the connection from now on. */
export function statesOf(client: FramewireClient): ConnectionState[] {
  const states: ConnectionState[] = [];
  client.on('connection', state => states.push(state));
  return states;
}

/** Waits until the client knows the server's clock. */
export async function synced(client: FramewireClient): Promise<void> {
  await eventually(() => client.stats().clock.synced, 'aligned clock');
}
