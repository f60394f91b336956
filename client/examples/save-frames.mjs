// How do I save frames as files?
//   node save-frames.mjs [http://localhost:8080] [folder] [count]
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from '@framewire/client';

const [server = 'http://localhost:8080', folder = 'frames', count = '10'] = process.argv.slice(2);

await mkdir(folder, { recursive: true });
const client = await connect(server);
const { stream } = await client.subscribe({ quality: 80, fps: 5, mode: 'fixed' });

let saved = 0;
for await (const frame of client.frames()) {
  if (frame.placeholder) continue; // It says why there is no picture.
  const file = `${folder}/${stream}-${frame.seq}.jpg`;
  await writeFile(file, frame.payload);
  console.log(`${file}: ${frame.width}x${frame.height}, ${frame.payload.length} bytes`);
  if (++saved === Number(count)) break;
}
client.close();
