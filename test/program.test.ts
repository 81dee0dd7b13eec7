import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { program } from './helpers/run.ts';

describe('the command tree', () => {
  it.each([['--version'], ['--help'], ['config --help']])(
    '%s loads no package of @temporalio, @grpc, @aws-sdk, nor any other outside the bundle',
    (argv) => {
      const script = `
        const loaded = [];
        const { Module } = require('node:module');
        const load = Module._load;
        Module._load = (request, ...rest) => { loaded.push(request); return load(request, ...rest); };
        process.on('exit', () => process.stderr.write(JSON.stringify(loaded)));
        process.argv = [process.execPath, ${JSON.stringify(program)}, ...${JSON.stringify(argv.split(' '))}];
        require(${JSON.stringify(program)});`;
      const { stderr, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
      expect(status).toBe(0);
      const loaded = JSON.parse(stderr) as string[];
      expect(loaded.length).toBeGreaterThan(1);
      const outside = loaded.filter((request) => !/^(node:|\/|\.)/.test(request) && !nodeModules.has(request));
      expect(outside).toEqual([]);
    },
  );
});

const nodeModules = new Set(['events', 'child_process', 'path', 'fs', 'process', 'os', 'util']);
