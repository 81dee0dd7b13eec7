import { afterEach, describe } from 'vitest';
import { testFaults, testHealthy, useLab } from './assert.ts';
import { healthyProxies, proxyFaults } from './tables/proxies.ts';

const { lab } = useLab();
afterEach(() => lab().close());

describe('proxies', () => testFaults(proxyFaults, lab));
describe('healthy', () => testHealthy(healthyProxies, lab));
