import { afterEach, describe } from 'vitest';
import { testFaults, testHealthy, useLab } from './assert.ts';
import { healthyNetwork, networkFaults } from './tables/network.ts';

const { lab } = useLab();
afterEach(() => lab().close());

describe('names and routes', () => testFaults(networkFaults, lab));
describe('healthy', () => testHealthy(healthyNetwork, lab));
