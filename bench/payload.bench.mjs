// Decode of a history of 51,200 events (106 MB, one encrypted 1 KiB payload an event), whole processes, against reading,
// parsing and writing the JSON, and against the documented way of a TypeScript codec: webcrypto for each payload.
import { spawnSync } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const key = Buffer.from('test-key-test-key-test-key-test!');
const base64 = (text) => Buffer.from(text).toString('base64');

export function run(events = 51_200, rounds = 3) {
  const folder = mkdtempSync(join(tmpdir(), 'nexusctl-bench-'));
  try {
    const file = join(folder, 'history.json');
    writeHistory(file, events);
    const peers = {
      'JSON.parse + JSON.stringify': ['--input-type=module', '-e', jsonPeer, file],
      'webcrypto, all payloads at once': ['--input-type=module', '-e', codecPeer('all'), file],
      'webcrypto, one payload after the other': ['--input-type=module', '-e', codecPeer('each'), file],
      'nexusctl payload decode --mode replay': [
        'bin/nexusctl.cjs',
        'payload',
        'decode',
        '--preset',
        'go',
        '--mode',
        'replay',
        file,
      ],
    };
    const best = Object.fromEntries(Object.keys(peers).map((name) => [name, { seconds: Infinity, peakMb: 0 }]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, args] of Object.entries(peers)) {
        const measured = measure(args);
        best[name].seconds = Math.min(best[name].seconds, measured.seconds);
        best[name].peakMb = Math.max(best[name].peakMb, measured.peakMb);
      }
    const own = best['nexusctl payload decode --mode replay'].seconds;
    for (const [name, { seconds, peakMb }] of Object.entries(best))
      console.log(`${name.padEnd(40)} ${seconds.toFixed(2)} s  ${String(peakMb)} MB  ${(seconds / own).toFixed(2)}x`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(args) {
  const out = openSync('/dev/null', 'w');
  const preload = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak='+process.resourceUsage().maxRSS))`;
  const started = performance.now();
  const { stderr, status } = spawnSync(process.execPath, ['--import', preload, ...args], {
    stdio: ['ignore', out, 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
  });
  const seconds = (performance.now() - started) / 1000;
  closeSync(out);
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  return { seconds, peakMb: Math.round(Number(/peak=(\d+)/.exec(String(stderr))[1]) / 1024) };
}

const jsonPeer = `
import { readFileSync } from 'node:fs';
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(process.argv[1], 'utf8'))));`;

function codecPeer(how) {
  return `
import { readFileSync } from 'node:fs';
import proto from '@temporalio/proto';
const { Payload } = proto.temporal.api.common.v1;
const key = await crypto.subtle.importKey('raw', Buffer.from('${key.toString()}'), 'AES-GCM', true, ['decrypt']);
const history = JSON.parse(readFileSync(process.argv[1], 'utf8'));
async function decode(payload) {
  const data = Buffer.from(payload.data, 'base64');
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: data.subarray(0, 12) }, key, data.subarray(12));
  const inner = Payload.decode(new Uint8Array(plain));
  const metadata = Object.fromEntries(Object.entries(inner.metadata).map(([name, value]) => [name, Buffer.from(value).toString('base64')]));
  return { metadata, data: Buffer.from(inner.data).toString('base64') };
}
const inputs = history.events.map((event) => event.activityTaskScheduledEventAttributes.input);
const open = async (input) => { input.payloads = await Promise.all(input.payloads.map(decode)); };
if ('${how}' === 'all') await Promise.all(inputs.map(open));
else for (const input of inputs) await open(input);
process.stdout.write(JSON.stringify(history));`;
}

function writeHistory(file, events) {
  const out = openSync(file, 'w');
  const metadata = { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('test-key-id') };
  const head = Buffer.concat([
    Buffer.from('0a160a08', 'hex'),
    Buffer.from('encoding'),
    Buffer.from('120a', 'hex'),
    Buffer.from('json/plain'),
  ]);
  for (let id = 1; id <= events; id += 1) {
    const value = Buffer.from(JSON.stringify({ id, text: randomBytes(500).toString('hex') }).padEnd(1024));
    const plain = Buffer.concat([head, Buffer.from([0x12, (value.length & 127) | 128, value.length >> 7]), value]);
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
    const attributes = {
      activityId: String(id),
      activityType: { name: 'ProcessOrder' },
      taskQueue: { name: 'orders', kind: 'TASK_QUEUE_KIND_NORMAL' },
      header: {},
      input: { payloads: [{ metadata, data }] },
      scheduleToCloseTimeout: '0s',
      startToCloseTimeout: '60s',
      workflowTaskCompletedEventId: '4',
      retryPolicy: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '100s' },
    };
    const event = {
      eventId: String(id),
      eventTime: '2026-11-22T00:00:00.000000000Z',
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
      version: '0',
      taskId: String(1_048_576 + id),
      activityTaskScheduledEventAttributes: attributes,
    };
    writeSync(out, `${id === 1 ? '{"events":[' : ','}${JSON.stringify(event)}`);
  }
  writeSync(out, ']}');
  closeSync(out);
}
