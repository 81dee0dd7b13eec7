import { expect, it } from 'vitest';
import { isLoopback, isLoopbackHost } from '../../src/connectivity/address.ts';

it.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['128.0.0.1', false],
  ['127.0.0.1.example', false],
  ['::2', false],
  ['', false],
] as const)('a credential in clear may go to %s: %s', (address, loopback) => {
  expect(isLoopback(address)).toBe(loopback);
});

it.each([
  ['localhost', true],
  ['LOCALHOST.', true],
  ['127.0.0.1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['localhost.example', false],
  ['127.0.0.1.example', false],
  ['127.999.0.1', false],
  ['mylocalhost', false],
  ['0.0.0.0', false],
  ['', false],
] as const)('%s can only be this machine: %s', (host, loopback) => {
  expect(isLoopbackHost(host)).toBe(loopback);
});
