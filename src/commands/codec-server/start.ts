import type { Context } from '../../context.ts';
import { codecLimits } from '../../codec-server/limits.ts';
import { makeMetrics } from '../../codec-server/metrics.ts';
import { makeRateLimit } from '../../codec-server/rate-limit.ts';
import { makeCodecService } from '../../codec-server/service.ts';
import { emit } from '../../output/emit.ts';
import { startedView } from '../../views/codec-server.ts';
import { Option, type Command } from '../commander.ts';
import { collect, examples, parseCount, withOutput } from '../options.ts';
import { resolveOption, withKeys } from '../payload/options.ts';
import { withConnection } from '../profile-of.ts';
import { holdSignals } from '../sandbox/signals.ts';
import { auditLog } from './audit-log.ts';
import { inShell } from './path-secret.ts';
import { listenAddress, parseListed, serverSetup, shownUrl } from './setup.ts';
import { loadWorld } from './world.ts';

export function codecServerStart(command: Command, context: Context): unknown {
  return declare(command).action(async (options) => {
    const setup = await serverSetup(context, options);
    const { listen, origins, tls, pathSecret, metricsAt } = setup;
    const sockets = await context.ports.codecSockets();
    const now = () => context.now().getTime();
    const metrics = makeMetrics(context.version);
    const log = auditLog(context, options.output);
    const since = now();
    const world = await loadWorld(context, options, setup, { metrics, log, now });
    const limits = { ...codecLimits, concurrent: options.maxConcurrent ?? codecLimits.concurrent };
    let port = listen.port;
    const service = makeCodecService(
      {
        origins: new Set(origins),
        guard: world.guard,
        requireSecure: setup.requireSecure,
        encode: options.encode === true,
        download: options.resolve !== undefined,
        defaultNamespace: options.defaultNamespace,
        limits,
      },
      {
        now,
        port: () => port,
        codec: world.codec,
        rateLimit: makeRateLimit(options.rateLimit ?? codecLimits.perSecond, now),
        metrics,
        audit: log.record,
      },
    );
    const signals = holdSignals(context);
    const stop = new AbortController();
    const { trustedProxy: trustedProxies = [] } = options;
    const server = await sockets.listen(service, { ...listen, ...(tls && { tls: tls.pair }), trustedProxies, limits });
    port = server.port;
    const monitor =
      metricsAt && (await sockets.serveText(metricsAt.host, metricsAt.port, () => metrics.text(server.inFlight())));
    try {
      const url = shownUrl(tls === null ? 'http' : 'https', listen.host, server.port);
      const output = options.output === 'json' ? 'jsonl' : options.output;
      await emit(context, { ...options, output }, startedView, {
        event: 'listening',
        url,
        endpoint: pathSecret === null ? url : `${url}/${pathSecret.value}`,
        ...(pathSecret?.kept && { shell: inShell(url, pathSecret.kept) }),
        authentication: world.authentication,
        tls: tls !== null,
        encode: options.encode === true,
        origins,
        keys: world.keyNames(),
        ...(monitor ? { metrics: `${shownUrl('http', monitor.host, monitor.port)}/metrics` } : {}),
        warnings: [...world.warnings(), ...setup.warnings],
      });
      // Shown once, above; from here on everything is the log.
      if (pathSecret !== null) context.redactor.add(pathSecret.value);
      sockets.watch(world.paths, since, () => world.reload(server), stop.signal);
      await signals.first;
    } finally {
      stop.abort();
      await Promise.all([server.stop(codecLimits.stopMs), monitor?.stop(0)]);
      await log.flush();
      signals.release();
    }
    if (signals.seen() === undefined) context.signal.throwIfAborted();
  });
}

function declare(command: Command) {
  const how = 'Server:';
  const who = 'Who may ask:';
  return withKeys(withConnection(withOutput(command, 'text', 'json', 'jsonl')))
    .addOption(
      new Option('--listen <host:port>', 'where to listen; off loopback TLS and --access are required')
        .argParser(listenAddress)
        .default({ host: '127.0.0.1', port: 8888 }, '127.0.0.1:8888')
        .helpGroup(how),
    )
    .addOption(new Option('--server-cert <ref>', 'certificate chain of the server').helpGroup(how))
    .addOption(new Option('--server-key <ref>', 'its key').helpGroup(how))
    .addOption(
      new Option('--trusted-proxy <network>', 'address or CIDR of a TLS ingress in front of it; repeatable')
        .argParser(collect)
        .helpGroup(how),
    )
    .addOption(
      new Option('--metrics-listen <host:port>', 'Prometheus metrics, on loopback')
        .argParser(listenAddress)
        .helpGroup(how),
    )
    .addOption(new Option('--encode', 'also serve /encode').helpGroup(how))
    .addOption(resolveOption().helpGroup(how))
    .addOption(
      new Option('--max-concurrent <count>', `requests at once (${String(codecLimits.concurrent)})`)
        .argParser(parseCount)
        .helpGroup(how),
    )
    .addOption(
      new Option(
        '--origin <origin>',
        'a Web UI that may use it, exactly; repeatable (http://localhost:8233 on loopback)',
      )
        .argParser(parseListed)
        .helpGroup(who),
    )
    .addOption(new Option('--access <file>', 'tokens, JWT issuer and grants (docs/codec-server.md)').helpGroup(who))
    .addOption(
      new Option('--default-namespace <name>', 'for requests that name none, as the temporal CLI without -n').helpGroup(
        who,
      ),
    )
    .addOption(
      new Option('--path-secret <ref>', 'the secret part of the address, instead of a random one').helpGroup(who),
    )
    .addOption(new Option('--no-path-secret', 'an address without a secret part').helpGroup(who))
    .addOption(
      new Option('--rate-limit <count>', `requests per second and subject (${String(codecLimits.perSecond)})`)
        .argParser(parseCount)
        .helpGroup(who),
    )
    .addHelpText(
      'after',
      examples(
        ['keys for the Web UI of `temporal server start-dev`', 'nexusctl codec-server start --keyring keys.toml'],
        [
          'for a team: TLS, tokens and grants',
          'nexusctl codec-server start --listen 0.0.0.0:443 --server-cert tls.crt --server-key tls.key --access access.toml --origin https://cloud.temporal.io',
        ],
        [
          'behind a TLS ingress, with metrics',
          'nexusctl codec-server start --listen 0.0.0.0:8888 --trusted-proxy 10.0.0.0/8 --access access.toml --metrics-listen 127.0.0.1:9464',
        ],
      ),
    );
}
