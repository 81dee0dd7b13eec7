import { afterEach, describe } from 'vitest';
import { testFaults, useLab } from './assert.ts';
import { localFaults, localWarnings } from './tables/local.ts';

const { lab } = useLab();
afterEach(() => lab().close());

describe('proven without a packet', () => testFaults(localFaults, lab));
describe('warnings', () => testFaults(localWarnings, lab));
