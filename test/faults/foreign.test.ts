import { describe } from 'vitest';
import { testFaults, useLab } from './assert.ts';
import { foreignFaults } from './tables/foreign.ts';

const { lab } = useLab();

// Each waits most of its time for a server that says nothing more.
describe.concurrent('other protocols, and answers that break off', () => testFaults(foreignFaults, lab));
