import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { setKey, unsetKey } from '../../src/profile/toml-edit.ts';
import { layOut } from '../../src/profile/toml-lines.ts';

const P = ['profile', 'default'];

describe('setting a key', () => {
  const cases: readonly [what: string, text: string, path: string[], value: string | boolean, result: string][] = [
    ['of an empty file', '', [...P, 'address'], 'a:1', '[profile.default]\naddress = "a:1"\n'],
    [
      'that is there, with its comment kept',
      '# top\n[profile.default] # mine\naddress = "old" # why\nnamespace = "n"\n',
      [...P, 'address'],
      'new',
      '# top\n[profile.default] # mine\naddress = "new" # why\nnamespace = "n"\n',
    ],
    [
      'of a section that is there',
      '[profile.default]\naddress = "a"\n\n[profile.other]\naddress = "b"\n',
      [...P, 'namespace'],
      'n',
      '[profile.default]\naddress = "a"\nnamespace = "n"\n\n[profile.other]\naddress = "b"\n',
    ],
    [
      'of a section that is not there yet',
      '[profile.default]\naddress = "a"\n\n[profile.other]\naddress = "b"\n',
      [...P, 'tls', 'server_name'],
      's',
      '[profile.default]\naddress = "a"\n\n[profile.default.tls]\nserver_name = "s"\n\n[profile.other]\naddress = "b"\n',
    ],
    [
      'of a table made by dotted keys',
      '[profile.default]\n  tls.client_cert_path = "c"\naddress = "a"\n',
      [...P, 'tls', 'server_name'],
      's',
      '[profile.default]\n  tls.client_cert_path = "c"\n  tls.server_name = "s"\naddress = "a"\n',
    ],
    [
      'of dotted keys at the top',
      'profile.default.address = "a"\n',
      [...P, 'namespace'],
      'n',
      'profile.default.address = "a"\nprofile.default.namespace = "n"\n',
    ],
    [
      'inside braces',
      '[profile.default]\ntls = { client_cert_path = "c" } # pair\n',
      [...P, 'tls', 'server_name'],
      's',
      '[profile.default]\ntls = { client_cert_path = "c", server_name = "s" } # pair\n',
    ],
    [
      'inside empty braces',
      '[profile.default]\ntls = {}\n',
      [...P, 'tls', 'disabled'],
      true,
      '[profile.default]\ntls = { disabled = true }\n',
    ],
    [
      'inside nested braces',
      'profile = { default = { tls = { a = 1 } } }\n',
      [...P, 'tls', 'b'],
      'x',
      'profile = { default = { tls = { a = 1, b = "x" } } }\n',
    ],
    [
      'with Windows line ends',
      '[profile.default]\r\na = 1\r\n',
      [...P, 'b'],
      'x',
      '[profile.default]\r\na = 1\r\nb = "x"\r\n',
    ],
    [
      'at the end without a newline',
      '[profile.default]\na = 1',
      [...P, 'b'],
      'x',
      '[profile.default]\na = 1\nb = "x"\n',
    ],
    ['of a profile with a strange name', '', ['profile', 'my prod', 'a'], 'x', '[profile."my prod"]\na = "x"\n'],
    [
      'that is a multi-line string',
      '[profile.default.tls]\nclient_key_data = """\n# [no.header]\n"quoted"\n"""\nserver_name = "s"\n',
      [...P, 'tls', 'client_key_data'],
      'k',
      '[profile.default.tls]\nclient_key_data = "k"\nserver_name = "s"\n',
    ],
  ];
  it.each(cases)('%s', async (_, text, path, value, result) => {
    expect(await setKey(text, path, value, 'f')).toBe(result);
  });
});

describe('removing a key', () => {
  const cases: readonly [what: string, text: string, path: string[], result: string][] = [
    ['that is not there', '# c\n[profile.default]\n', [...P, 'x'], '# c\n[profile.default]\n'],
    [
      'with its line',
      '[profile.default]\n# above\na = 1 # beside\nb = 2\n',
      [...P, 'a'],
      '[profile.default]\n# above\nb = 2\n',
    ],
    ['of several lines', '[profile.default]\na = """\nx\n"""\nb = 2\n', [...P, 'a'], '[profile.default]\nb = 2\n'],
    [
      'the last of a table, with its header',
      '[profile.default]\nb = 2\n[profile.default.tls]\na = 1\n',
      [...P, 'tls', 'a'],
      '[profile.default]\nb = 2\n',
    ],
    [
      'the last of braces',
      '[profile.default]\nb = 2\ntls = { a = 1 }\n',
      [...P, 'tls', 'a'],
      '[profile.default]\nb = 2\n',
    ],
    [
      'the first in braces',
      '[profile.default]\ntls = { a = 1, b = 2 }\n',
      [...P, 'tls', 'a'],
      '[profile.default]\ntls = { b = 2 }\n',
    ],
    [
      'the second in braces',
      '[profile.default]\ntls = { a = 1, b = 2 }\n',
      [...P, 'tls', 'b'],
      '[profile.default]\ntls = { a = 1 }\n',
    ],
    [
      'a whole table',
      '[profile.default.tls]\na = 1\n# stays\nb = 2\n[profile.default]\nc = 3\n',
      [...P, 'tls'],
      '# stays\n[profile.default]\nc = 3\n',
    ],
    ['the last of a profile, which stays', '[profile.default]\na = 1\n', [...P, 'a'], '[profile.default]\n'],
  ];
  it.each(cases)('%s', async (_, text, path, result) => {
    expect(await unsetKey(text, path, 'f')).toBe(result);
  });
});

it('refuses a text that is no TOML', async () => {
  await expect(setKey('[profile.default\n', [...P, 'a'], 'x', 'f')).rejects.toMatchObject({
    code: 'CONFIG_FILE_INVALID',
  });
});

/* Random documents: sections in any spelling, comments, unknown keys, strings with everything in them. */
const bareKey = fc.constantFrom('address', 'namespace', 'tls', 'codec', 'x-y', 'a', 'b', '1');
const oddKey = fc.constantFrom('"a.b"', "'c d'", '"\\u00e4"', '"#"', '"="', '"]"');
const string = fc.oneof(
  fc.string().map((text) => JSON.stringify(text).replace(/\u007f/g, '')),
  fc.stringMatching(/^[ -&(-~]*$/).map((text) => `'${text}'`),
  fc.stringMatching(/^[ -!#-[\]-~\n]*$/).map((text) => `"""${text}"""`),
  fc.stringMatching(/^[ -&(-~\n]*$/).map((text) => `'''${text}'''`),
  fc.constantFrom('""""quoted""""', "'''''two'''''", '"""a\\\n  b"""'),
);
const scalar = fc.oneof(string, fc.constantFrom('true', '1', '-1.5e3', '2027-03-31', '0x1F', 'inf', '07:32:00'));
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }).map((items) => `[ ${items.join(' , ')} ]`),
  fc
    .array(scalar, { maxLength: 2 })
    .map((items) => `[\n  # why [x]\n  ${items.map((item) => `${item},`).join('\n  ')}\n]`),
  fc
    .uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r'), scalar), { selector: ([key]) => key, maxLength: 3 })
    .map((pairs) => `{ ${pairs.map(([key, item]) => `${key} = ${item.includes('\n') ? '1' : item}`).join(', ')} }`),
);
const key = fc.oneof({ weight: 5, arbitrary: bareKey }, oddKey);
const dottedKey = fc.array(key, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
const noise = fc.constantFrom('', '# comment = "x" [y]', '   ', '#');
const line = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(dottedKey, value, noise).map(([name, item, rest]) => `${name} = ${item} ${rest.trim()}`),
  },
  noise,
);
const header = fc.oneof(
  fc.constantFrom('[profile.default]', '[profile.default.tls]', '[ profile . other ]', '[x."y.z"]', '[[list]]'),
  dottedKey.map((name) => `[${name}]`),
);
const documents = fc
  .array(fc.oneof({ weight: 3, arbitrary: line }, header), { maxLength: 12 })
  .map((lines) => lines.join('\n'))
  .filter(isToml);

function isToml(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('for any document', () => {
  const path = fc.constantFrom<string[]>(
    [...P, 'address'],
    [...P, 'tls', 'server_name'],
    ['profile', 'p q', 'namespace'],
    [...P, 'grpc_meta', 'x-y'],
  );

  it('the layout names every key that the parser finds', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const found = new Set(layOut(text).entries.map((entry) => JSON.stringify(entry.path)));
        for (const leaf of leaves(parse(text), [])) expect(found).toContain(JSON.stringify(leaf));
      }),
      { numRuns: 300 },
    );
  });

  it('setting changes that key and nothing else, removing it again restores the meaning', async () => {
    await fc.assert(
      fc.asyncProperty(documents, path, fc.string(), async (text, where, wished) => {
        let after: string;
        try {
          after = await setKey(text, where, wished, 'f');
        } catch (error) {
          // Something that is no table stands in the way.
          expect(error).toMatchObject({ code: 'CONFIG_FILE_INVALID' });
          return;
        }
        const before = parse(text);
        expect(valueOf(parse(after), where)).toBe(wished);
        // A comment inside the value that is replaced goes with it.
        const inside = valueOf(before, where) === undefined ? '' : '# why [x]';
        for (const comment of text.split('\n').filter((one) => /^\s*#/.test(one) && one.trim() !== inside))
          expect(after).toContain(comment);
        if (valueOf(before, where) !== undefined) return;
        const restored = parse(await unsetKey(after, where, 'f'));
        expect(leaves(restored, []).map(String).sort()).toEqual(leaves(before, []).map(String).sort());
      }),
      { numRuns: 300 },
    );
  });
});

/** Paths of everything that is no table and stands in no array of tables. */
function leaves(table: object, path: readonly string[]): string[][] {
  return Object.entries(table).flatMap(([name, item]: [string, unknown]) => {
    const here = [...path, name];
    if (
      Array.isArray(item) &&
      item.length > 0 &&
      item.every((one) => typeof one === 'object' && one !== null && !(one instanceof Date))
    )
      return [];
    if (typeof item !== 'object' || item === null || Array.isArray(item) || item instanceof Date) return [here];
    return leaves(item, here);
  });
}

function valueOf(document: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    document,
  );
}
