// A load generator that costs little: keep-alive sockets, one request at a time on each, answers read by their length or,
// where a server sends chunks, up to the empty one.
import { connect } from 'node:net';

/**
 * @param {{ port: number, path: string, body: string, headers?: Record<string, string>, connections?: number, ms?: number }} given
 * @returns {Promise<{ perSecond: number, p50: number, p99: number, statuses: Record<string, number> }>} latencies in ms
 */
export async function load({ port, path, body, headers = {}, connections = 16, ms = 2000 }) {
  const lines = { Host: `127.0.0.1:${port}`, 'Content-Type': 'application/json', 'X-Namespace': 'default', ...headers };
  const head = Object.entries({ ...lines, 'Content-Length': Buffer.byteLength(body) });
  const request = Buffer.from(`POST ${path} HTTP/1.1\r\n${head.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${body}`);
  const latencies = [];
  const statuses = {};
  const started = performance.now();
  const until = started + ms;
  await Promise.all(Array.from({ length: connections }, () => drive()));
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  return { perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99), statuses };

  function drive() {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let sent = 0;
      let missing = -1;
      let buffered = '';
      const send = () => {
        sent = performance.now();
        socket.write(request);
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        if (missing === -1) {
          buffered += chunk.toString('latin1');
          const end = buffered.indexOf('\r\n\r\n');
          if (end === -1) return;
          const status = buffered.slice(9, 12);
          statuses[status] = (statuses[status] ?? 0) + 1;
          const length = /content-length: *(\d+)/i.exec(buffered.slice(0, end))?.[1];
          missing = length === undefined ? Infinity : Number(length) - (buffered.length - end - 4);
          buffered = '';
        } else missing -= chunk.length;
        if (missing === Infinity && chunk.subarray(-7).toString('latin1') === '\r\n0\r\n\r\n') missing = 0;
        if (missing > 0) return;
        missing = -1;
        latencies.push(performance.now() - sent);
        if (performance.now() < until) send();
        else socket.end(resolve);
      });
    });
  }
}
