// The same codec as it is documented: behind express. One request a payload list, as the `temporal` CLI and the Web UI
// ask; all at once over 16 connections (`all`), or one after the other (`each`).
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [, , file, how, port] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const history = JSON.parse(readFileSync(file, 'utf8'));
const inputs = history.events.map((event) => event.activityTaskScheduledEventAttributes.input);

const open = async (input) => {
  input.payloads = (await post(JSON.stringify({ payloads: input.payloads }))).payloads;
};
if (how === 'all') await Promise.all(inputs.map(open));
else for (const input of inputs) await open(input);
agent.destroy();
process.stdout.write(JSON.stringify(history));

function post(body) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const sent = request({ port, host: '127.0.0.1', path: '/decode', method: 'POST', agent, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        else reject(new Error(`HTTP ${answer.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
