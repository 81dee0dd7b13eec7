import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openAccount, type Account } from './helpers/account.ts';
import { runMain } from './helpers/context.ts';

const schema = (name: string) => JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')) as object;
const outputs = schema('endpoint-outputs') as { $id: string; $defs: Record<string, object> };
const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
ajv.addSchema(outputs);
const nexusYaml = ajv.compile(schema('nexus'));
const policyFile = ajv.compile(schema('nexus-policy'));

let account: Account;
let cluster: Account;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nexusctl-schemas-'));
  [account, cluster] = [await openAccount(), await openAccount({ selfHosted: true })];
});
afterAll(async () => {
  await Promise.all([account.close(), cluster.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function document(of: Account, line: string): Promise<unknown> {
  const env = { ...of.sandbox.environment, NEXUSCTL_POLICY_FILE: join(folder, 'nexus-policy.json') };
  const { stdout, stderr } = await runMain([...line.split(' '), '-o', 'json'], { cwd: folder, env });
  return JSON.parse(stdout === '' ? stderr : stdout);
}

function expectValid(name: string, value: unknown): void {
  const validate = ajv.getSchema(`${outputs.$id}#/$defs/${name}`);
  if (validate === undefined) throw new Error(`there is no schema ${name}`);
  void validate(value);
  expect([value, validate.errors ?? []]).toEqual([value, []]);
}

/** In this order: each line finds what those before it have made. */
const lines = (id: (name: string) => string): readonly (readonly [definition: string, line: string])[] => [
  ['write', `endpoint create billing --target-namespace ${id('billing')} --target-task-queue q --description text`],
  ['write', `endpoint create side --target-namespace ${id('billing')} --target-task-queue q`],
  ['write', `endpoint allow billing ${id('orders')} ${id('legacy')}`],
  ['write', `endpoint allow billing ${id('orders')}`],
  ['write', `endpoint revoke billing ${id('legacy')} --dry-run`],
  ['write', `endpoint set-callers billing ${id('orders')} --yes`],
  ['write', 'endpoint update billing --unset-description'],
  ['get', 'endpoint get billing'],
  ['list', 'endpoint list'],
  ['callers', 'endpoint callers billing'],
  ['check', `endpoint check billing --from ${id('orders')}`],
  ['check', `endpoint check billing --from ${id('legacy')}`],
  ['check', 'endpoint check nowhere --from x'],
  ['reachable', `endpoint reachable --from ${id('orders')}`],
  ['matrix', 'endpoint matrix'],
  ['plan', 'endpoint plan -f nexus.yaml --out plan.json'],
  ['callers', 'endpoint callers billing -f nexus.yaml'],
  ['matrix', 'endpoint matrix -f nexus.yaml --offline'],
  ['apply', 'endpoint apply plan.json --yes'],
  ['error', 'endpoint apply plan.json --yes'],
  ['apply', 'endpoint apply -f nexus.yaml --yes'],
  ['revokeAll', `endpoint revoke --all ${id('orders')} --yes`],
  ['namespaceList', 'namespace list'],
  ['namespace', `namespace get ${id('orders')}`],
  ['error', 'endpoint get nowhere'],
  ['error', 'endpoint allow billing'],
  ['write', 'endpoint delete side --yes'],
];

const file = (about: string, id: (name: string) => string) => `version: 1
${about}
endpoints:
  - name: billing
    target: { namespace: ${id('billing')}, taskQueue: other }
    allow:
      - namespace: ${id('legacy')}
        owner: team-x
        until: 2020-01-01
      - ${id('shipping')}
  - name: third
    target: { namespace: ${id('billing')}, taskQueue: q3 }
    allow: [${id('orders')}]
`;

describe('what is printed with -o json is what schemas/ says', () => {
  it('on Temporal Cloud', async () => {
    const id = (name: string) => `${name}.sndbx`;
    writeFileSync(join(folder, 'nexus.yaml'), file('account: sndbx', id));
    for (const [name, line] of lines(id)) expectValid(name, await document(account, line));
    expectValid('savedPlan', JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')));
  });

  it('on a self-hosted cluster, and the policy file that is written', async () => {
    const id = (name: string) => name;
    writeFileSync(join(folder, 'nexus.yaml'), file('cluster: nexusctl-sandbox', id));
    await document(cluster, 'endpoint policy init');
    for (const [name, line] of lines(id)) expectValid(name, await document(cluster, line));
    expectValid('savedPlan', JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')));
    const policy: unknown = JSON.parse(readFileSync(join(folder, 'nexus-policy.json'), 'utf8'));
    expect([policyFile(policy), policyFile.errors ?? []]).toEqual([true, []]);
  });

  it('and what export writes is a nexus.yaml', async () => {
    const { stdout } = await runMain(['endpoint', 'export'], { env: account.sandbox.environment });
    expect([nexusYaml(parse(stdout)), nexusYaml.errors ?? []]).toEqual([true, []]);
    expect(nexusYaml({ version: 1, endpoints: [{ name: 'a b' }] })).toBe(false);
  });
});
