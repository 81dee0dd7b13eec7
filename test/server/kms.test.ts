import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKms, type KmsServer } from '../helpers/kms-server.ts';
import { runBuilt, type Run } from '../helpers/run.ts';
import { history, event, jsonPayload, withFiles } from '../payload/history.ts';

let kms: KmsServer;
beforeAll(async () => {
  kms = await startKms({
    caller: 'enabled',
    handler: 'enabled',
    disabled: 'disabled',
    leaving: 'pending-deletion',
    denied: 'denied',
    readonly: 'no-encrypt',
    writeonly: 'no-decrypt',
    busy: 'throttled',
    behindProxy: 'page',
    empty: 'empty',
    silent: 'silent',
  });
});
afterAll(() => kms.close());

function keyring(name: string, context = '{ app = "orders" }', more = ''): string {
  return `active = "main"\n[keys.main]\nkms = "${kms.arn(name)}"\ncontext = ${context}\n${more}`;
}

async function run(toml: string, argv: readonly string[], stdin = ''): Promise<Run> {
  return withFiles({ 'keyring.toml': toml }, (folder) =>
    runBuilt([...argv, '--keyring', `${folder}/keyring.toml`], {
      env: { ...kms.env, HOME: folder },
      stdin,
      timeoutMs: 80_000,
    }),
  );
}

interface Failed {
  readonly payloads: readonly { readonly status: string; readonly error: { readonly code: string } }[];
}

describe('the KMS way', () => {
  it('opens with the key that sealed it; n payloads cost one call', async () => {
    const events = Array.from({ length: 20 }, (_, index) =>
      event(String(index), 'activityTaskCompletedEventAttributes', {
        result: { payloads: [jsonPayload(String(index))] },
      }),
    );
    const before = { ...kms.calls };
    const sealed = await run(keyring('caller'), ['payload', 'encrypt'], JSON.stringify(history(events)));
    expect(sealed.stderr).toBe('');
    expect(sealed.exitCode).toBe(0);
    expect(kms.calls['Encrypt']! - (before['Encrypt'] ?? 0)).toBe(1);
    expect(Buffer.from(/"encryption-key-id":"([^"]+)"/.exec(sealed.stdout)?.[1] ?? '', 'base64').toString()).toBe(
      `awskms:///${kms.arn('caller')}`,
    );
    const opened = await run(keyring('caller'), ['payload', 'decode', '--mode', 'replay'], sealed.stdout);
    expect(opened.stdout).toBe(JSON.stringify(history(events)));
    expect(kms.calls['Decrypt']! - (before['Decrypt'] ?? 0)).toBe(1);
  });

  it('works both ways between a caller and a handler with keys of their own', async () => {
    const other = (name: string): string =>
      `[keys.other]\nkms = "${kms.arn(name)}"\ncontext = { app = "orders" }\ndecrypt_only = true\n`;
    for (const [from, to] of [
      ['caller', 'handler'],
      ['handler', 'caller'],
    ] as const) {
      const { stdout } = await run(keyring(from), ['payload', 'encrypt'], '"hello"');
      const opened = await run(keyring(to, '{ app = "orders" }', other(from)), ['payload', 'decode'], stdout);
      expect(opened.stdout).toBe('"hello"\n');
      const closed = await run(keyring(to), ['payload', 'decode', '-o', 'json'], stdout);
      expect(closed.exitCode).toBe(1);
      expect((JSON.parse(closed.stdout) as Failed).payloads[0]?.error.code).toBe('KEY_NOT_FOUND');
    }
  });

  it('says so when the encryption context is another', async () => {
    const { stdout } = await run(keyring('caller'), ['payload', 'encrypt'], '"hello"');
    const closed = await run(keyring('caller', '{ app = "billing" }'), ['payload', 'decode', '-o', 'json'], stdout);
    expect(closed.exitCode).toBe(1);
    expect((JSON.parse(closed.stdout) as Failed).payloads[0]).toMatchObject({
      status: 'failed',
      error: { code: 'KMS_CIPHERTEXT_INVALID' },
    });
  });

  const faults: readonly [key: string, code: string, exit: number, step: 'wrap' | 'unwrap'][] = [
    ['disabled', 'KMS_KEY_DISABLED', 3, 'wrap'],
    ['leaving', 'KMS_KEY_DISABLED', 3, 'wrap'],
    ['denied', 'KMS_ACCESS_DENIED', 4, 'wrap'],
    ['readonly', 'KMS_ACCESS_DENIED', 4, 'wrap'],
    ['writeonly', 'KMS_ACCESS_DENIED', 4, 'unwrap'],
    ['nowhere', 'KMS_KEY_NOT_FOUND', 7, 'wrap'],
    ['busy', 'KMS_UNAVAILABLE', 5, 'wrap'],
    ['behindProxy', 'PROTOCOL_ERROR', 5, 'wrap'],
    ['empty', 'KMS_UNAVAILABLE', 5, 'wrap'],
    ['silent', 'KMS_UNAVAILABLE', 5, 'wrap'],
  ];
  it.each(faults)('kms check %s: %s', { timeout: 90_000 }, async (name, code, exit, operation) => {
    const { exitCode, stdout } = await run(keyring(name), ['kms', 'check', '-o', 'json']);
    const { items } = JSON.parse(stdout) as {
      items: { ok: boolean; steps: { operation: string; status: string; error?: { code: string } }[] }[];
    };
    expect(items[0]?.ok).toBe(false);
    expect(items[0]?.steps.find(({ status }) => status === 'fail')).toMatchObject({ operation, error: { code } });
    expect(exitCode).toBe(exit);
  });

  it('kms check proves a key, and one named by its ARN', async () => {
    const all = await run(keyring('caller'), ['kms', 'check']);
    expect(all.exitCode).toBe(0);
    expect(all.stdout).toMatch(/✔ main[\s\S]*✔ wrap \(kms:Encrypt\)[\s\S]*✔ unwrap \(kms:Decrypt\)/);
    expect((await run(keyring('caller'), ['kms', 'check', kms.arn('handler'), '--context', 'a=b'])).exitCode).toBe(0);
    const unknown = await run(keyring('caller'), ['kms', 'check', 'nope']);
    expect(unknown.exitCode).toBe(3);
    expect(unknown.stderr).toContain("no key service 'nope'");
  });

  it('a command wraps and unwraps for any other service', async () => {
    const script = `process.stdin.once('data',(t)=>{const q=JSON.parse(t);const b=Buffer.from(q.data,'base64').map((x)=>x^90);console.log(JSON.stringify({data:b.toString('base64')}))})`;
    const toml = (mode: string): string => `active = "own"\n[keys.own]\nexec = "${process.execPath} ${mode}"\n`;
    await withFiles({ 'kek.cjs': script, 'quiet.cjs': 'console.log("{}")' }, async (folder) => {
      const check = await run(toml(`${folder}/kek.cjs`), ['kms', 'check', '--allow-exec']);
      expect(check.exitCode).toBe(0);
      const sealed = await run(toml(`${folder}/kek.cjs`), ['payload', 'encrypt', '--allow-exec'], '"x"');
      const opened = await run(toml(`${folder}/kek.cjs`), ['payload', 'decode', '--allow-exec'], sealed.stdout);
      expect(opened.stdout).toBe('"x"\n');
      const quiet = await run(toml(`${folder}/quiet.cjs`), ['kms', 'check', '--allow-exec', '-o', 'json']);
      expect(quiet.stdout).toContain('KMS_UNAVAILABLE');
    });
  });

  it.each([
    ['gives the data key back', 'q.data', 'KMS_KEY_INVALID'],
    ['gives it back in other words', "Buffer.from('key=' + q.data).toString('base64')", 'KMS_KEY_INVALID'],
    ['wraps it to nothing', "''", 'KMS_UNAVAILABLE'],
  ])('nothing is sealed with a command that %s', async (_what, answer, code) => {
    const script = `process.stdin.once('data',(t)=>{const q=JSON.parse(t);console.log(JSON.stringify({data:${answer}}))})`;
    await withFiles({ 'kek.cjs': script }, async (folder) => {
      const toml = `[keys.own]\nexec = "${process.execPath} ${folder}/kek.cjs"\n`;
      for (const command of ['payload encrypt', 'kms check']) {
        const { exitCode, stdout, stderr } = await run(
          toml,
          [...command.split(' '), '--allow-exec', '-o', 'json'],
          '"x"',
        );
        expect(exitCode).not.toBe(0);
        expect(stdout + stderr).toContain(code);
        expect(stdout).not.toContain('encryption-dek');
      }
    });
  });

  it('says whose data key cannot be one', async () => {
    const script = `process.stdin.once('data',()=>console.log(JSON.stringify({data:'AAAA'})))`;
    await withFiles({ 'kek.cjs': script }, async (folder) => {
      const toml = `[keys.own]\nexec = "${process.execPath} ${folder}/kek.cjs"\n`;
      const sealed = await run(toml, ['payload', 'encrypt', '--allow-exec'], '"x"');
      const opened = await run(toml, ['payload', 'decode', '--allow-exec', '-o', 'json'], sealed.stdout);
      expect(opened.exitCode).toBe(1);
      expect(opened.stdout).toContain('KMS_CIPHERTEXT_INVALID');
      expect(opened.stdout).toContain('own: the key service unwrapped 3 bytes');
    });
  });
});
