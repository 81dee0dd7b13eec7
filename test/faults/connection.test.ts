import { afterEach, describe } from 'vitest';
import { testFaults, useLab } from './assert.ts';
import { clientCertificateFaults } from './tables/client-certificate.ts';
import { http2Faults } from './tables/http2.ts';
import { tcpFaults } from './tables/tcp.ts';
import { tlsFaults } from './tables/tls.ts';

const { lab } = useLab();
afterEach(() => lab().close());

describe('TCP and protocols', () => testFaults(tcpFaults, lab));
describe('TLS', () => testFaults(tlsFaults, lab));
describe('client certificates', () => testFaults(clientCertificateFaults, lab));
describe('HTTP/2', () => testFaults(http2Faults, lab));
