import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runMain } from '../helpers/context.ts';
import { neighbour } from '../helpers/neighbour.ts';

describe('completion', () => {
  it.each([
    ['bash', 'nexusctl.bash'],
    ['zsh', '_nexusctl'],
    ['fish', 'nexusctl.fish'],
    ['powershell', 'nexusctl.ps1'],
  ])('%s: the shipped file is what the command tree gives now (npm run completions)', async (shell, file) => {
    const { exitCode, stdout } = await runMain(['completion', shell]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(readFileSync(`completions/${file}`, 'utf8'));
  });

  it('names the shells when another is asked for', async () => {
    const { exitCode, stderr } = await runMain(['completion', 'tcsh']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('bash');
  });
});

const asked: readonly [line: string, wanted: string[], unwanted: string[]][] = [
  ['nexusctl conf', ['config'], ['completion']],
  ['nexusctl config ', ['path'], ['config']],
  ['nexusctl config path --out', ['--output'], ['--color']],
  ['nexusctl config path -o ', ['text', 'json'], ['path']],
  ['nexusctl completion ', ['bash', 'zsh', 'fish', 'powershell'], []],
];

describe.each(asked)('%s<TAB>', (line, wanted, unwanted) => {
  const words = line.split(' ');
  const hold = (candidates: readonly string[]) => {
    expect(candidates).toEqual(expect.arrayContaining(wanted));
    for (const word of unwanted) expect(candidates).not.toContain(word);
  };

  it('in bash', () => {
    const script = `source completions/nexusctl.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
      COMP_CWORD=${words.length - 1}; _nexusctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
    hold(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n'));
  });

  const fish = neighbour('fish');
  it.skipIf(fish === null)('in fish', () => {
    const script = `source completions/nexusctl.fish; complete -C '${line}'`;
    // fish makes its folders in HOME.
    const folder = mkdtempSync(join(tmpdir(), 'nexusctl-fish-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const home = { env: { PATH: process.env['PATH'], HOME: folder } };
    const { stdout, stderr } = spawnSync(fish!, ['--no-config', '-c', script], { encoding: 'utf8', ...home });
    expect(stderr).toBe('');
    hold(stdout.split('\n').map((row) => row.split('\t')[0] ?? ''));
  });

  it('by cobra’s __complete protocol, as the temporal CLI asks', async () => {
    const { stdout } = await runMain(['__complete', ...words.slice(1)]);
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toMatch(/^:[04]$/);
    hold(lines.map((row) => row.split('\t')[0] ?? ''));
  });
});

const zsh = neighbour('zsh');
it.skipIf(zsh === null)('the zsh script parses', () => {
  execFileSync(zsh!, ['-n', 'completions/_nexusctl']);
});
