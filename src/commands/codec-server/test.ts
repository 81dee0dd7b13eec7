import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { parseOrigin } from '../../codec-server/cors.ts';
import { diagnose } from '../../codec-server/doctor/run.ts';
import { readPayloadJson } from '../../payload/json/form.ts';
import { NexusctlError } from '../../errors/nexusctl-error.ts';
import { emit } from '../../output/emit.ts';
import { codecEndpoint } from '../../profile/codec-endpoint.ts';
import { codecReportView } from '../../views/codec-server.ts';
import { InvalidArgumentError, Option, type Command } from '../commander.ts';
import { examples, parseDuration, withOutput } from '../options.ts';
import { profileOf, withConnection } from '../profile-of.ts';
import { secretsOf } from '../secrets-of.ts';

export function codecServerTest(command: Command, context: Context): unknown {
  return withConnection(withOutput(command, 'text', 'json'))
    .argument('[url]', 'the codec endpoint as clients are given it; else the codec endpoint of the profile')
    .option('--origin <origin>', 'the Web UI that uses it', parseUiOrigin, 'http://localhost:8233')
    .option('--pass-token', 'the Web UI is set to pass the user access token')
    .option('--include-credentials', 'the Web UI is set to include cross-origin credentials')
    .option('--payload <file>', 'JSON of an encrypted payload that it should open')
    .addOption(new Option('--timeout <duration>', 'bound on one request').argParser(parseDuration).default(5000, '5s'))
    .addHelpText(
      'after',
      examples(
        [
          'why does the Web UI say "Codec Server could not connect"?',
          'nexusctl codec-server test http://localhost:8888',
        ],
        [
          'as Temporal Cloud uses it, with a token',
          'nexusctl codec-server test https://codec.example.com --origin https://cloud.temporal.io --pass-token --codec-auth-file ./header.txt',
        ],
        [
          'in CI, with a payload that must open',
          'nexusctl codec-server test --payload encrypted.json --strict -o json',
        ],
      ),
    )
    .action(async (url, options) => {
      const profile = await profileOf(context, options);
      const given = url ?? profile.codec.endpoint?.value;
      if (given === undefined)
        throw new NexusctlError('USAGE', 'no codec server is named', {
          hint: 'give its URL, or set codec.endpoint in the profile',
        });
      const endpoint = codecEndpoint(given);
      const secrets = secretsOf(context, options);
      const { auth, headers } = profile.codec;
      const ca = profile.tls.serverCa;
      const text = async (source: Parameters<typeof secrets.resolve>[0]) =>
        Buffer.from(await secrets.resolve(source)).toString('utf8');
      const { report, exitCode } = await diagnose(
        await context.ports.codecProbe(),
        {
          endpoint,
          namespace: profile.namespace.value,
          origin: options.origin,
          authorization: auth === undefined ? undefined : (await text(auth.value)).trim(),
          headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
          plaintextHost: profile.plaintextKeyHost?.value,
          passToken: options.passToken === true,
          credentials: options.includeCredentials === true,
          ca: ca === undefined ? undefined : await text(ca.value),
          sample: options.payload === undefined ? undefined : await sampleOf(context, options.payload),
          timeoutMs: options.timeout,
          signal: context.signal,
        },
        options.strict === true,
      );
      await emit(context, options, codecReportView, report, exitCode);
    });
}

function parseUiOrigin(text: string): string {
  const origin = parseOrigin(text);
  if (origin === null) throw new InvalidArgumentError('An origin looks like https://cloud.temporal.io.');
  return origin;
}

/** One payload in proto3 JSON, alone or as the first of a list. @throws NexusctlError INPUT_INVALID, PAYLOAD_MALFORMED */
async function sampleOf(context: Context, file: string): Promise<string> {
  const path = resolve(context.cwd, file);
  const bytes = await (await context.ports.files()).read(path, 4 * 1024 * 1024);
  const invalid = (what: string): NexusctlError =>
    new NexusctlError('INPUT_INVALID', `${file}: ${what}`, {
      hint: 'save one payload: {"metadata":{"encoding":"…"},"data":"…"}',
    });
  if (bytes === null) throw invalid('it is not there');
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw invalid('it is not JSON');
  }
  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null;
  const list =
    isObject(document) && Array.isArray(document['payloads']) ? (document['payloads'] as unknown[]) : [document];
  const [payload] = list;
  if (!isObject(payload) || !isObject(payload['metadata'])) throw invalid('it holds no payload');
  const text = JSON.stringify(payload);
  readPayloadJson(Buffer.from(text), 0);
  return text;
}
