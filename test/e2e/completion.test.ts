import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../helpers/folder.ts';
import { neighbour } from '../helpers/neighbour.ts';
import { commandOnTerminal, hasTerminal } from '../helpers/terminal.ts';

const shells = {
  bash: [['--norc', '--noprofile', '-i'], `source ${resolve('completions/nexusctl.bash')}`],
  zsh: [['-f', '-i'], `fpath=(${resolve('completions')} $fpath); autoload -U compinit; compinit -u -D`],
  fish: [['--no-config', '-i'], `source ${resolve('completions/nexusctl.fish')}; function fish_prompt; end`],
} as const;

/** What a person sees who types a line and then Tab, in a folder with one file; the line itself is on the screen too. */
async function completed(shell: keyof typeof shells, typed: string): Promise<string> {
  const folder = await makeFolder({ 'my run.json': '' });
  const [flags, setUp] = shells[shell];
  const ready = shell === 'fish' ? 'echo rea""dy' : 'echo rea""dy; PS1="> "';
  const { screen } = await commandOnTerminal(
    [neighbour(shell) ?? shell, ...flags],
    [
      ['', `${setUp}; cd "$FOLDER"; ${ready}\r`],
      ['ready', `${typed}\t`],
      [typed, '\u0001echo "[\u0005]" en""d\r'],
      ['end', 'exit\r'],
    ],
    { HOME: await makeFolder(), FOLDER: folder, PS1: '$ ', TERM: 'dumb' },
  );
  return screen;
}

describe.each(Object.keys(shells) as (keyof typeof shells)[])('in %s, on a terminal', (shell) => {
  const here = hasTerminal && neighbour(shell) !== null;
  it.skipIf(!here).each([
    ['nexusctl payload decode ', true],
    ['nexusctl payload decode --mode replay my', true],
    ['nexusctl payload decode --keyring my', true],
    ['nexusctl connect-test --tls-cert-path my', true],
    ['nexusctl cert inspect --key my', true],
    ['nexusctl connect-test --tls-cert-path=my', true],
    ['nexusctl endpoint allow my', false],
    ['nexusctl connect-test --profile my', false],
  ])('%s<TAB>: a file with a blank in its name: %s', async (typed, offered) => {
    const screen = await completed(shell, typed);
    expect(screen).toContain('ready');
    if (offered) expect(screen).toMatch(/my\\ run\.json/);
    else expect(screen).not.toContain('run.json');
  });
});
