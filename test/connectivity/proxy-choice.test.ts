import { describe, expect, it } from 'vitest';
import { goProxyFor, proxyFor } from '../../src/connectivity/proxy-choice.ts';

describe('the proxy, as grpc-js reads it', () => {
  const table: readonly [what: string, host: string, env: Record<string, string>, wished: object | null][] = [
    ['nothing set', 'a.example', {}, null],
    ['https_proxy', 'a.example', { https_proxy: 'http://p:3128' }, { host: 'p', port: 3128 }],
    ['grpc_proxy first', 'a.example', { grpc_proxy: 'http://g:1', https_proxy: 'http://p:2' }, { host: 'g', port: 1 }],
    ['port 80 by default', 'a.example', { http_proxy: 'http://p' }, { host: 'p', port: 80 }],
    ['upper case does not count', 'a.example', { HTTPS_PROXY: 'http://p:3128' }, null],
    ['only http: proxies', 'a.example', { https_proxy: 'socks5://p:1' }, null],
    ['credentials', 'a.example', { https_proxy: 'http://u%40:p%3A@p:1' }, { host: 'p', port: 1, auth: 'u@:p:' }],
    [
      'a percent sign that escapes nothing',
      'a.example',
      { https_proxy: 'http://u:50%zz@p:1' },
      { host: 'p', port: 1, auth: 'u:50%zz' },
    ],
    ['no_proxy by suffix', 'a.example', { https_proxy: 'http://p:1', no_proxy: 'example' }, null],
    ['no_proxy by range', '10.1.2.3', { https_proxy: 'http://p:1', no_proxy: '10.0.0.0/8' }, null],
    ['another range', '11.1.2.3', { https_proxy: 'http://p:1', no_proxy: '10.0.0.0/8' }, { host: 'p', port: 1 }],
    ['a trailing comma matches everything', 'a.example', { https_proxy: 'http://p:1', no_proxy: 'x,' }, null],
    [
      'no_grpc_proxy first',
      'a.example',
      { https_proxy: 'http://p:1', no_grpc_proxy: 'b', no_proxy: 'a.example' },
      { host: 'p', port: 1 },
    ],
  ];
  it.each(table)('%s', (_what, host, env, wished) => {
    expect(proxyFor(host, env)).toEqual(wished);
  });
});

describe('the proxy, as gRPC for Go reads it', () => {
  const p = { host: 'p', port: 1 };
  const table: readonly [what: string, host: string, env: Record<string, string>, wished: object | null][] = [
    ['nothing set', 'a.example', {}, null],
    ['upper case first', 'a.example', { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' }, p],
    ['lower case too', 'a.example', { https_proxy: 'http://p:1' }, p],
    ['without a scheme', 'a.example', { https_proxy: 'p:1' }, p],
    ['not that of HTTP or gRPC for Node', 'a.example', { http_proxy: 'http://p:1', grpc_proxy: 'http://p:1' }, null],
    ['never for this machine', '127.0.0.1', { https_proxy: 'http://p:1' }, null],
    ['nor by its name', 'localhost', { https_proxy: 'http://p:1' }, null],
    ['a name exempts what is below it', 'a.b.example', { https_proxy: 'http://p:1', NO_PROXY: 'b.example' }, null],
    ['and not what only ends like it', 'ab.example', { https_proxy: 'http://p:1', NO_PROXY: 'b.example' }, p],
    ['a suffix with a dot', 'a.example', { https_proxy: 'http://p:1', no_proxy: 'x, .example' }, null],
    ['a star and a dot', 'a.example', { https_proxy: 'http://p:1', no_proxy: '*.example' }, null],
    ['everything', 'a.example', { https_proxy: 'http://p:1', no_proxy: '*' }, null],
    ['a range', '10.1.2.3', { https_proxy: 'http://p:1', no_proxy: '10.0.0.0/8' }, null],
    ['an address', '10.1.2.3', { https_proxy: 'http://p:1', no_proxy: '10.1.2.3' }, null],
    ['its port', 'a.example', { https_proxy: 'http://p:1', no_proxy: 'a.example:7233' }, null],
    ['another port', 'a.example', { https_proxy: 'http://p:1', no_proxy: 'a.example:443' }, p],
    ['a surplus comma exempts nobody', 'a.example', { https_proxy: 'http://p:1', no_proxy: 'x,' }, p],
  ];
  it.each(table)('%s', (_what, host, env, wished) => {
    expect(goProxyFor(host, 7233, env)).toEqual(wished);
  });
});
