import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NexusctlError } from '../src/errors/nexusctl-error.ts';
import { createRedactor } from '../src/redact.ts';
import { errorJson, errorText } from '../src/views/error.ts';

const secret = 'S3cret/+ "key" \\ with\nnewline ä';

/** In how many ways a library, a server or a log may spell a secret. */
const spellings: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 without padding': (value) => Buffer.from(value).toString('base64').replace(/=+$/, ''),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  hex: (value) => Buffer.from(value).toString('hex'),
  HEX: (value) => Buffer.from(value).toString('hex').toUpperCase(),
  URL: encodeURIComponent,
  'URL in lower case': (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  form: (value) => encodeURIComponent(value).replaceAll('%20', '+'),
  URI: encodeURI,
  JSON: (value) => JSON.stringify(value),
  'JSON with escaped slashes': (value) => JSON.stringify(value).replaceAll('/', '\\/'),
};

describe('a known secret', () => {
  it.each(Object.keys(spellings))('is masked as %s', (name) => {
    const { add, redact } = createRedactor();
    add(secret);
    const spelled = spellings[name]!(secret);
    const text = redact(`before ${spelled} after`);
    expect(text).toMatch(/^before .* after$/s);
    expect(text).not.toContain(spelled.slice(0, 14));
    expect(text).not.toContain(spelled.slice(-6));
  });

  it('never comes through, whatever it is and wherever it stands', () => {
    const values = fc
      .string({ minLength: 6, maxLength: 40, unit: 'grapheme' })
      .filter((value) => value.trim().length >= 6);
    const around = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(values, fc.constantFrom(...Object.keys(spellings)), around, around, (value, name, before, after) => {
        fc.pre(!'[redacted]'.includes(value.trim()));
        const { add, redact } = createRedactor();
        add(value);
        const spelled = spellings[name]!(value);
        fc.pre(!before.includes(spelled) && !after.includes(spelled) && spelled.length >= 6);
        expect(redact(`${before}${spelled}${after}`)).not.toContain(spelled);
      }),
      { numRuns: 500 },
    );
  });

  it.each(Object.keys(spellings))('is masked as %s with the sign for what could not be read in it', (name) => {
    const { add, redact } = createRedactor();
    add('s3cret \ufffd word');
    expect(redact(spellings[name]!('s3cret \ufffd word'))).toMatch(/^"?\[redacted\]=*"?$/);
  });

  it('is masked as bytes', () => {
    const bytes = Buffer.from([0, 255, 1, 254, 2, 253, 3, 252]);
    const { add, redact } = createRedactor();
    add(bytes);
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      expect(redact(`key ${bytes.toString(encoding)}`)).toMatch(/^key \[redacted\]=*$/);
  });

  it('is masked where a message was cut in the middle of it', () => {
    const { add, redact } = createRedactor();
    add('abcdefghijklmnopqrstuvwxyz0123456789');
    for (let length = 12; length <= 36; length += 1)
      expect(redact(`cut: ${'abcdefghijklmnopqrstuvwxyz0123456789'.slice(0, length)}`)).toBe('cut: [redacted]');
  });

  it('is masked line by line', () => {
    const { add, redact } = createRedactor();
    add('-----BEGIN X-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSjAgEAAo\n-----END X-----\n');
    expect(redact('line 2: BAQEFAASCBKcwggSjAgEAAo!')).toBe('line 2: [redacted]!');
  });

  it('of a few letters does not mask ordinary words', () => {
    const { add, redact } = createRedactor();
    add('a');
    add('key\n');
    expect(redact('a key')).toBe('a key');
  });
});

describe('shapes that are secret wherever they stand', () => {
  const canary = 'cAnArY0451cAnArY0451';
  it.each([
    `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
    `-----BEGIN EC PRIVATE KEY-----\\n${canary}\\n-----END EC PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${canary}`,
    `eyJhbGciOiJSUzI1NiJ9.${canary}.${canary}`,
    `Authorization: Bearer ${canary}`,
    `authorization=${canary}`,
    `proxy-authorization: Basic ${canary}`,
    `http://user:${canary}@proxy.example:3128`,
    `http://${canary}@proxy.example`,
    `api_key = "${canary}"`,
    `api_key = "quote \\" ${canary}"`,
    `api_key = """\nline\n${canary}\n"""`,
    `client_key_data = '''\n${canary}`,
    `{"api_key": "${canary}"}`,
    `{"access_token":"${canary}"}`,
    `refresh_token: ${canary}`,
    `codec_auth: ${canary}`,
    `password=${canary}`,
    `base64key://${canary}`,
  ])('%j', (text) => {
    expect(createRedactor().redact(`before ${text} after`)).not.toContain(canary);
  });

  it('leave our own advice for a key alone', () => {
    const advice = String.raw`export TEMPORAL_API_KEY="$(printf %s "$TEMPORAL_API_KEY" | tr -d '\r\n')"`;
    expect(createRedactor().redact(advice)).toBe(advice);
  });

  it('leave words, addresses and names alone', () => {
    const text =
      'profile.prod.api_key must be a string; see https://docs.temporal.io/cloud?x=a@b and ns.acct1.tmprl.cloud:7233, --auth api-key, /home/u/client_key.pem';
    expect(createRedactor().redact(text)).toBe(text);
  });
});

describe('an error', () => {
  const canary = 'canary\u001b[31m::secret/"0451"';
  const { add, redact } = createRedactor();
  add(canary);

  it.each(['text', 'json'])('hides it in message, hint, details, stack and causes (%s)', (format) => {
    const show = format === 'text' ? errorText : errorJson;
    const cause = new Error(`inner ${canary}`, {
      cause: new Error(`innermost ${canary}`, { cause: `text ${canary}` }),
    });
    const known = new NexusctlError('SECRET_UNREADABLE', `message ${canary}`, {
      hint: `hint ${canary}`,
      details: { a: canary, b: [`x${canary}`] },
      cause,
    });
    const bug = new TypeError(`bug ${canary}`, { cause });
    for (const thrown of [known, bug, canary, cause]) {
      const text = show(thrown, redact);
      expect(text).not.toMatch(/canary|0451|secret\//);
      expect(text).toContain('[redacted]');
    }
    expect(show(bug, redact)).toContain('innermost');
  });

  it('of grpc-js prints the key that ends with a newline: it is masked', () => {
    const redactor = createRedactor();
    redactor.add('tmprl-key-0451\n');
    const thrown = new Error('Metadata string value "Bearer tmprl-key-0451\n" contains illegal characters');
    expect(errorText(thrown, redactor.redact)).not.toContain('0451');
    expect(errorJson(thrown, redactor.redact)).not.toContain('0451');
  });

  it('with causes in a circle is shown all the same', () => {
    const one = new Error('one');
    one.cause = new Error('two', { cause: one });
    expect(errorText(one, redact).match(/caused by/g)).toHaveLength(1);
  });
});
