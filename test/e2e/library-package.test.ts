import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type * as worker from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const own = resolve('node_modules');
let project: string;

/** A package of this repository's own folder, as npm would have put it there. */
function link(name: string): void {
  const place = join(project, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(own, name), place);
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text, { mode: 0o600 });
  }
}

function run(...argv: readonly string[]): string {
  const env = { PATH: process.env['PATH'], HOME: project };
  return execFileSync(process.execPath, argv, { cwd: project, env, encoding: 'utf8', stdio: 'pipe' });
}

const tsc = join(own, 'typescript/bin/tsc');

/** Compiles strictly. @returns what tsc says, but for declarations of the SDK's own that do not find their types */
function compile(options: Readonly<Record<string, string>>, ...files: readonly string[]): string {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--types', 'node'];
  try {
    return run(tsc, ...strict, '--target', 'es2022', ...flags, ...files);
  } catch (error) {
    const lines = (error as { readonly stdout: string }).stdout.split('\n');
    return lines.filter((line) => !/^\S*node_modules\/@temporalio\/|^ /.test(line)).join('\n');
  }
}

const program = `
import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { EndpointValue, forEndpoint, openCodec, type CodecOptions } from 'nexusctl/codec';
import { payloadConverter, withEndpoints } from 'nexusctl/codec/converter';

const options: CodecOptions = { keyring: 'keys.toml', onKeyringError: (error: Error) => void error.message };
async function main(): Promise<void> {
  const codec: PayloadCodec = await openCodec(options);
  const value: EndpointValue<{ amount: number }> = new EndpointValue('billing', { amount: 7 });
  const input: { amount: number } = forEndpoint('billing', { amount: 8 });
  const payloads: Payload[] = [value, input, 'plain'].map((one) => payloadConverter.toPayload(one)!);
  const sealed = await codec.encode(payloads);
  const names = sealed.map(({ metadata }) => Object.keys(metadata ?? {}).sort().join());
  const opened = await codec.decode(sealed);
  const values = opened.map((one) => withEndpoints(defaultPayloadConverter).fromPayload<unknown>(one));
  console.log(JSON.stringify({ names, values, leaks: JSON.stringify(sealed).includes('amount') }));
}
void main();
`;

const wrong = `
import { openCodec } from 'nexusctl/codec';
void openCodec({ keyring: 1 });
void openCodec({ keyrings: 'keys.toml' });
`;

const shown = {
  names: ['encoding,endpoint', 'encoding,endpoint', 'encoding,encryption-key-id'],
  values: [{ amount: 7 }, { amount: 8 }, 'plain'],
  leaks: false,
};

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'nexusctl-library-'));
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], {
    encoding: 'utf8',
  });
  const place = join(project, 'node_modules/nexusctl');
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, packed.trim()), '-C', place, '--strip-components=1']);
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'peerDependencies',
    Readonly<Record<string, string>>
  >;
  // What it declares, and what a worker's project has; nothing else of this repository can be found from there.
  const others = ['@temporalio/worker', '@temporalio/workflow', '@types/node'];
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), ...others]) link(name);
  write({
    'package.json': '{"name":"p","private":true}',
    'keys.toml':
      'active = "own"\n[keys.own]\nsecret = "own.key"\n[keys.pay]\nsecret = "pay.key"\n[endpoints]\nbilling = ["pay"]\n',
    'own.key': 'ab'.repeat(32),
    'pay.key': 'cd'.repeat(32),
    'main.mts': program,
    'main.cts': program,
    'main.ts': program,
    'wrong.mts': wrong,
    'workflows.ts': `
import { proxyActivities } from '@temporalio/workflow';
import { EndpointValue } from 'nexusctl/codec/converter';
const { send } = proxyActivities<{ send(value: EndpointValue<string>): Promise<string> }>({ startToCloseTimeout: 1000 });
export async function order(): Promise<string> { return send(new EndpointValue('billing', 'x')); }
`,
  });
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packed library in a project of its own', () => {
  it('brings what it needs, and nothing of its tests', () => {
    const files = readdirSync(join(project, 'node_modules/nexusctl'), { recursive: true }).map(String);
    expect(files).toEqual(expect.arrayContaining(['dist/codec.cjs', 'dist/codec.d.cts', 'dist/converter.d.cts']));
    expect(files.filter((name) => /^(?:test|src|bench|scripts|authorizer|\.)/.test(name))).toEqual([]);
  });

  it('compiles strictly and runs, in both module systems', () => {
    const node16 = { module: 'node16', moduleResolution: 'node16' };
    expect(compile(node16, 'main.mts', 'main.cts', 'main.ts', 'workflows.ts')).toBe('');
    for (const made of ['main.mjs', 'main.cjs', 'main.js'])
      expect([made, JSON.parse(run(made))]).toEqual([made, shown]);
  }, 120_000);

  it('compiles for a bundler, and refuses options that do not exist or are of another type', () => {
    const bundler = { module: 'esnext', moduleResolution: 'bundler', noEmit: 'true', skipLibCheck: 'true' };
    const said = compile(bundler, 'main.ts', 'main.mts', 'wrong.mts');
    expect(said.match(/^\S+\.m?ts|error TS\d+/gm)).toEqual(['wrong.mts', 'error TS2322', 'wrong.mts', 'error TS2561']);
  }, 120_000);

  it('goes into a workflow bundle with its converter, and needs nothing of Node there', async () => {
    const from = createRequire(join(project, 'main.cjs'));
    const { bundleWorkflowCode, DefaultLogger } = from('@temporalio/worker') as typeof worker;
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(project, 'workflows.ts'),
      payloadConverterPath: from.resolve('nexusctl/codec/converter'),
      logger: new DefaultLogger('ERROR'),
    });
    expect(code).toContain('nexusctl-endpoint');
    expect(code).not.toContain('createDecipheriv');
  });
});
