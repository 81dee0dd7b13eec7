import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { documents } from '../../../src/adapters/documents.ts';
import type { Documents } from '../../../src/payload/documents/documents.ts';
import { runMain } from '../../helpers/context.ts';
import { base64, event, history, jsonPayload, keyring, scheduled, withFiles } from '../history.ts';

const input = '{"order":1}';
const result = '{"invoice":2}';

/** A caller's history: the operation, and its result, which names no endpoint. */
function document(): object {
  return history([
    scheduled('5', 'billing', jsonPayload(input)),
    event('6', 'nexusOperationCompletedEventAttributes', { scheduledEventId: '5', result: jsonPayload(result) }),
  ]);
}

/** The keyring with the keys of billing in this order. */
const withKeys = (...ids: readonly string[]) => ({
  ...keyring,
  'keyring.toml': (keyring['keyring.toml'] ?? '').replace(
    'billing = ["billing-2027", "billing-2026"]',
    `billing = [${ids.map((id) => `"${id}"`).join(', ')}]`,
  ),
});

const run = (files: Readonly<Record<string, string>>, argv: readonly string[], stdin: string) =>
  withFiles(files, (folder) => runMain(['payload', ...argv, '--keyring', `${folder}/keyring.toml`], { stdin }));

describe('a key per endpoint', () => {
  it('is found for a result through the event that scheduled it', async () => {
    const sealed = await run(withKeys('billing-2026'), ['encrypt'], JSON.stringify(document()));
    expect(sealed.exitCode).toBe(0);
    expect(sealed.stdout.match(new RegExp(`"endpoint":"${base64('billing')}"`, 'g'))).toHaveLength(2);
    const opened = await run(withKeys('billing-2026'), ['decode', '--mode', 'replay'], sealed.stdout);
    expect(opened.stdout).toBe(JSON.stringify(document()));
  });

  it('says what stays under the key that it has', async () => {
    const sealed = await run(withKeys('billing-2026'), ['encrypt'], JSON.stringify(document()));
    expect(sealed.stderr).not.toContain('encrypted already');
    const again = await run(withKeys('billing-2027'), ['encrypt'], sealed.stdout);
    expect(again.stdout).toBe(sealed.stdout);
    expect(again.stderr).toContain('2 payloads are encrypted already and stay as they are');
  });

  it('is rotated without losing what the older one sealed; taken off the list, it reads no more', async () => {
    const old = await run(withKeys('billing-2026'), ['encrypt'], JSON.stringify(document()));
    const both = withKeys('billing-2027', 'billing-2026');
    expect((await run(both, ['decode', '--mode', 'replay'], old.stdout)).stdout).toBe(JSON.stringify(document()));
    // The first of the list writes: the older one alone does not open it.
    const fresh = await run(both, ['encrypt'], JSON.stringify(document()));
    expect((await run(withKeys('billing-2026'), ['decode'], fresh.stdout)).exitCode).toBe(1);
    const gone = await run(withKeys('billing-2027'), ['decode', '-o', 'json'], old.stdout);
    expect(gone.exitCode).toBe(1);
    expect(gone.stdout).toContain('DECRYPT_FAILED');
  });

  it('that reads for one endpoint does not for another', async () => {
    const sealed = await run(withKeys('billing-2026'), ['encrypt'], JSON.stringify(document()));
    const moved = sealed.stdout.replaceAll('"endpoint":"billing"', '"endpoint":"shipping"');
    const { stdout, exitCode } = await run(withKeys('billing-2026'), ['decode', '-o', 'json'], moved);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('CONTEXT_MISMATCH');
  });
});

describe('long work', () => {
  const events = Array.from({ length: 8000 }, (_, index) =>
    event(String(index + 1), 'activityTaskCompletedEventAttributes', {
      result: { payloads: [jsonPayload(JSON.stringify({ index, pad: 'x'.repeat(500) }))] },
    }),
  );
  const long = JSON.stringify(history(events));

  it('shows how far it is on a terminal, and takes the line away', async () => {
    await withFiles({}, async (folder) => {
      const out = `${folder}/out.json`;
      const run = await runMain(['payload', 'encrypt', '--preset', 'go', '--out', out, `${folder}/long.json`], {
        terminal: 80,
        ports: { documents: () => Promise.resolve(slowly(long)) },
      });
      expect(run.exitCode).toBe(0);
      expect(run.stderr).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] [\d,]+ payloads/);
      expect(run.stderr.split('\u001b[2K').at(-1)).not.toContain('payloads');
      expect(statSync(out).mode & 0o777).toBe(0o600);
      expect(readFileSync(out, 'utf8')).toContain('YmluYXJ5L2VuY3J5cHRlZA==');
    });
  });

  it('writes no control characters to a dumb terminal', async () => {
    await withFiles({}, async (folder) => {
      const run = await runMain(
        ['payload', 'encrypt', '--preset', 'go', '--out', `${folder}/out.json`, `${folder}/long.json`],
        { terminal: 80, env: { TERM: 'dumb' }, ports: { documents: () => Promise.resolve(slowly(long)) } },
      );
      expect(run.exitCode).toBe(0);
      expect(run.stderr).not.toContain('\u001b');
    });
  });

  it('says nothing into a pipe, nor between the lines of a result on the terminal', async () => {
    const piped = await runMain(['payload', 'decode', '--mode', 'replay'], { stdin: long });
    expect(piped.stderr).toBe('');
    const shown = await runMain(['payload', 'decode', '/long.json'], {
      terminal: 80,
      ports: { documents: () => Promise.resolve(slowly(long)) },
    });
    expect(shown.stderr).not.toContain('\u001b[2K');
  });
});

/** Documents that come a piece at a time, as from a disk that is slow; what is written goes to real files. */
function slowly(text: string): Documents {
  return {
    ...documents,
    async *read() {
      const bytes = Buffer.from(text);
      const size = Math.ceil(bytes.length / 8);
      for (let at = 0; at < bytes.length; at += size) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        yield bytes.subarray(at, at + size);
      }
    },
  };
}
