// A network of its own for one command: `unshare -mn node network.mjs SPEC.json COMMAND…`. It has loopback alone, with
// the addresses, routes, name server and doors to servers outside that the spec (network.ts) wishes.
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import process from 'node:process';

const [specPath = '', ...command] = process.argv.slice(2);
const spec = JSON.parse(readFileSync(specPath, 'utf8'));
const nameServer = '127.0.0.53';

run('ip', 'link', 'set', 'lo', 'up');
for (const address of spec.addresses ?? []) run('ip', 'address', 'add', address, 'dev', 'lo');
for (const network of spec.unreachable ?? []) run('ip', 'route', 'add', 'unreachable', network);
run('mount', '--bind', spec.resolvConf, '/etc/resolv.conf');
if (spec.names !== undefined) await startNameServer(spec.names);
for (const { host, port, path } of spec.doors ?? []) await openDoor(host, port, path);
const child = spawn(command[0], command.slice(1), { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));

function run(...argv) {
  const { status, stderr } = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}

/** Connections to this address go to a server outside, through a socket in the file system. */
function openDoor(host, port, path) {
  const server = createServer((socket) => {
    const outside = connect(path);
    for (const [one, other] of [
      [socket, outside],
      [outside, socket],
    ]) {
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  return new Promise((resolve) => server.listen(port, host, resolve));
}

/** Answers A and AAAA for the names of the spec; every other name does not exist. */
function startNameServer(names) {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = question(query);
    const entry = names[name] ?? { rcode: 3 };
    if (entry.silent === true) return;
    const records = type === 1 ? (entry.a ?? []) : type === 28 ? (entry.aaaa ?? []) : [];
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180 | (entry.rcode ?? 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    head.writeUInt32BE(0, 8);
    const answers = records.map((record) => {
      const data = bytesOf(record);
      const fixed = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]);
      return Buffer.concat([fixed, data]);
    });
    const answer = Buffer.concat([head, query.subarray(12, end), ...answers]);
    setTimeout(() => socket.send(answer, port, address), entry.delayMs ?? 0);
  });
  return new Promise((resolve) => socket.bind(53, nameServer, resolve));
}

function question(query) {
  const labels = [];
  let at = 12;
  for (let length = query[at]; length !== 0; length = query[at]) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** IPv4, or IPv6 written out in full. */
function bytesOf(address) {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  return Buffer.from(
    address
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  );
}
