import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../helpers/context.ts';
import { makeFolder } from '../../helpers/folder.ts';

const shared = `# mine
[profile.prod]
address = "prod:7233" # the one
[profile.prod.tls]
server_name = "x"
[profile.prod.future]
unknown = 1

[profile.staging]
address = "staging:7233"
`;

async function unset(...argv: string[]) {
  const folder = await makeFolder({
    'temporalio/temporal.toml': shared,
    'temporalio/nexusctl.toml': '[profile.prod]\naccount_id = "a"\n[profile.staging]\naccount_id = "b"\n',
  });
  const run = await runMain(['config', 'unset', '-o', 'json', ...argv], { env: { XDG_CONFIG_HOME: folder } });
  const read = (name: string) => readFile(join(folder, 'temporalio', name), 'utf8');
  return { ...run, temporal: await read('temporal.toml'), nexusctl: await read('nexusctl.toml') };
}

describe('config unset --all', () => {
  it('removes a profile from both files and leaves everything else as it is', async () => {
    const { exitCode, stdout, temporal, nexusctl } = await unset('--all', '--profile', 'prod', '--yes');
    expect(exitCode).toBe(0);
    expect(temporal).toBe('# mine\n\n[profile.staging]\naddress = "staging:7233"\n');
    expect(nexusctl).toBe('[profile.staging]\naccount_id = "b"\n');
    expect(JSON.parse(stdout)).toMatchObject({ changed: true, dryRun: false, profile: 'prod' });
  });

  it('says what would go with --dry-run, and asks for nothing', async () => {
    const { exitCode, stdout, temporal } = await unset('--all', '--profile', 'prod', '--dry-run');
    expect(exitCode).toBe(0);
    expect(temporal).toBe(shared);
    expect(JSON.parse(stdout)).toMatchObject({ changed: true, dryRun: true });
  });

  it('is nothing for a profile that is not there', async () => {
    const { exitCode, stdout, temporal } = await unset('--all', '--profile', 'none');
    expect(exitCode).toBe(0);
    expect(temporal).toBe(shared);
    expect(JSON.parse(stdout)).toMatchObject({ changed: false });
  });

  it.each([
    [['--all', '--profile', 'prod'], 'CONFIRMATION_NEEDED', '--yes'],
    [['--all', 'address'], 'USAGE', '--all'],
    [[], 'USAGE', '--all'],
  ])('%j stops', async (argv, code, word) => {
    const { exitCode, stderr, temporal } = await unset(...argv);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code } });
    expect(stderr).toContain(word);
    expect(temporal).toBe(shared);
  });
});
