import { mkdirSync, writeFileSync } from 'node:fs';
import { camera, LOOKS } from './camera.mjs';
const names = (process.argv[2] ?? 'ways,email,email-wrong,code,code-wrong,code-expired,send-code,keys-warning,keys,keys-shown,updating,updating-unknown,success-way,wallet-ready,locked-code,failed').split(',');
const { take, close } = await camera();
for (const look of Object.keys(LOOKS)) { mkdirSync(`/tmp/w/face-tr/pics/${look}`, { recursive: true }); for (const n of names) writeFileSync(`/tmp/w/face-tr/pics/${look}/${n}.png`, await take(look, n)); }
await close();
