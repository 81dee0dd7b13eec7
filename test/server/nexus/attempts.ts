import type { DirectCall } from '../../helpers/direct-http.ts';
import { handlerQueue } from '../../helpers/nexus-workers.ts';
import { linkOf, type RawOperation } from '../../helpers/raw-caller.ts';

// What the attackers of attackers.test.ts try; authorizer/ATTEMPTS.md has the same rows for people.

export const forged = linkOf('orders');
export const byQueue = `/namespaces/billing/task-queues/${handlerQueue}/nexus-services/billing/charge`;
const throughSystem = {
  endpoint: '__temporal_system',
  service: 'temporal.api.workflowservice.v1.WorkflowService',
  operation: 'SignalWithStartWorkflowExecution',
  input: { namespace: 'billing', workflowId: 'w' },
};
/** What a worker of `refunds` asks for → what came of it. */
export const asked: readonly (readonly [what: string, ask: Partial<RawOperation>, got: string])[] = [
  ['no header at all', {}, 'refused once'],
  ['`nexus-link`', { header: { 'nexus-link': forged } }, 'refused once'],
  ['`Nexus-Link`', { header: { 'Nexus-Link': forged } }, 'refused once'],
  ['`NEXUS-LINK`', { header: { 'NEXUS-LINK': forged } }, 'refused once'],
  [
    'several spellings at once',
    { header: { 'nexus-link': forged, 'Nexus-Link': forged, 'nExUs-lInK': forged } },
    'refused once',
  ],
  ['U+0130 for i, which lower-cases to it', { header: { 'nexus-l\u0130nk': forged } }, 'refused once'],
  ['U+212A for k, which folds to it', { header: { 'nexus-lin\u212a': forged } }, 'refused once'],
  ['U+017F for s, which upper-cases to S', { header: { 'nexu\u017f-link': forged } }, 'refused once'],
  ['a space before or after the name', { header: { ' nexus-link': forged, 'nexus-link ': forged } }, 'refused once'],
  ['a tab before the name', { header: { '\tnexus-link': forged } }, 'refused once'],
  ['a no-break space after the name', { header: { 'nexus-link\u00a0': forged } }, 'refused once'],
  ['an underscore for the dash', { header: { nexus_link: forged } }, 'refused once'],
  ['`nexus%2Dlink`', { header: { 'nexus%2Dlink': forged } }, 'refused once'],
  ['`content-nexus-link`', { header: { 'content-nexus-link': forged } }, 'refused once'],
  ['`nexus-callback-nexus-link`', { header: { 'nexus-callback-nexus-link': forged } }, 'refused once'],
  ['our own header of diverted calls', { header: { 'nexusctl-diverted-from': 'billing' } }, 'refused once'],
  [
    'headers of a proxy and of a token',
    { header: { 'x-forwarded-for': '127.0.0.1', authorization: 'Bearer x' } },
    'refused once',
  ],
  ['a combining dot after i', { header: { 'nexus-li\u0307nk': forged } }, 'retried in vain'],
  ['a zero-width space in the name', { header: { 'nexus\u200b-link': forged } }, 'retried in vain'],
  ['a full-width n', { header: { '\uff4eexus-link': forged } }, 'retried in vain'],
  ['U+2010 for the dash', { header: { 'nexus\u2010link': forged } }, 'retried in vain'],
  ['NUL after the name', { header: { 'nexus-link\0': forged } }, 'retried in vain'],
  ['a colon after the name', { header: { 'nexus-link:': forged } }, 'retried in vain'],
  ['a line break in a name', { header: { 'x: y\r\nnexus-link': forged } }, 'retried in vain'],
  ['a line break in a value', { header: { x: `y\r\nNexus-Link: ${forged}` } }, 'retried in vain'],
  ['`xdc-redirection`', { header: { 'xdc-redirection': 'false' } }, 'not taken'],
  ['a service that is a path', { service: `../../..${byQueue.replace('/charge', '')}` }, 'retried in vain'],
  ['an operation that is a path', { operation: `../../../../..${byQueue}` }, 'retried in vain'],
  ['the endpoint in another case', { endpoint: 'Billing' }, 'not taken'],
  ['the endpoint with a space after it', { endpoint: 'billing ' }, 'not taken'],
  ['an endpoint that is a path', { endpoint: '../billing' }, 'not taken'],
  ['the server’s own endpoint, for another namespace', throughSystem, 'not taken'],
];

const standalone = '{"endpoint":"billing","service":"billing","operation":"charge","nexusHeader":{"Nexus-Link":"x"}}';

type Direct = readonly [
  what: string,
  call: (endpointId: string) => Partial<DirectCall> & { readonly path: string },
  answer: keyof typeof answers,
];
export const byId = (endpointId: string, operation = 'charge') =>
  `/nexus/endpoints/${endpointId}/services/billing/${operation}`;
export const link = ['Nexus-Link', forged];
export const answers = {
  '403, Temporal callers only': /^403 .*takes calls from Temporal callers only/,
  '403, task queues are off': /^403 .*direct dispatch to task queue .* is off/,
  '403, not on the list': /^403 .*is not on the allowlist/,
  '403, 404 or 500': /^(403|404|500) /,
  'a redirect or 404': /^(301|404) /,
  '400': /^400 /,
} as const;
export const direct: readonly Direct[] = [
  ['by endpoint, with a forged link', (id) => ({ path: byId(id), headers: link }), '403, Temporal callers only'],
  ['by endpoint, without a link', (id) => ({ path: byId(id) }), '403, Temporal callers only'],
  [
    'by endpoint, with two links',
    (id) => ({ path: byId(id), headers: [...link, 'NEXUS-LINK', linkOf('refunds')] }),
    '403, Temporal callers only',
  ],
  [
    'by endpoint, its id in upper case',
    (id) => ({ path: byId(id).replace(id, id.toUpperCase()) }),
    '403, Temporal callers only',
  ],
  ['by endpoint, its id escaped', (id) => ({ path: byId(id).replace('-', '%2D') }), '403, Temporal callers only'],
  [
    'by endpoint, its id without dashes',
    (id) => ({ path: byId(id).replace(id, id.replaceAll('-', '')) }),
    '403, 404 or 500',
  ],
  ['by endpoint, its name for its id', (id) => ({ path: byId(id).replace(id, 'billing') }), '403, 404 or 500'],
  [
    'cancelling by endpoint',
    (id) => ({ path: `${byId(id, 'invoice')}/cancel`, headers: ['Nexus-Operation-Token', 'x'] }),
    '403, Temporal callers only',
  ],
  [
    'with GET and a method to override it',
    (id) => ({ path: byId(id), method: 'GET', headers: ['X-HTTP-Method-Override', 'POST'] }),
    '400',
  ],
  ['by task queue', () => ({ path: byQueue, headers: link }), '403, task queues are off'],
  [
    'by task queue, escaped',
    () => ({ path: byQueue.replace('billing/charge', 'b%69lling/charge') }),
    '403, task queues are off',
  ],
  ['by task queue, as an absolute URL', () => ({ path: `http://127.0.0.1${byQueue}` }), '403, task queues are off'],
  [
    'cancelling by task queue',
    () => ({ path: `${byQueue}/cancel`, headers: ['Nexus-Operation-Token', 'x'] }),
    '403, task queues are off',
  ],
  [
    'by task queue, a partition of it',
    () => ({ path: byQueue.replace(`/${handlerQueue}/`, `/${encodeURIComponent(`/_sys/${handlerQueue}/1`)}/`) }),
    '403, 404 or 500',
  ],
  ['with dots in the path', () => ({ path: `/x/..${byQueue}` }), 'a redirect or 404'],
  ['with a doubled slash', (id) => ({ path: `/${byId(id)}` }), 'a redirect or 404'],
  [
    'with escaped slashes',
    () => ({ path: byQueue.replace('/task-queues/', '%2Ftask-queues%2F') }),
    'a redirect or 404',
  ],
  [
    'a standalone operation over the HTTP API',
    () => ({ path: '/api/v1/namespaces/refunds/nexus-operations/x', body: standalone }),
    '403, not on the list',
  ],
  [
    'by endpoint, its id as a URN',
    (id) => ({ path: byId(id).replace(id, `urn%3auuid%3a${id}`) }),
    '403, Temporal callers only',
  ],
  [
    'by endpoint, with headers that pose as the server',
    (id) => ({ path: byId(id), headers: [...link, 'Grpc-Metadata-Caller-Type', 'system', 'Xdc-Redirection', 'false'] }),
    '403, Temporal callers only',
  ],
  ['by endpoint, in capitals', (id) => ({ path: byId(id).toUpperCase() }), 'a redirect or 404'],
  [
    'by task queue, escaped twice',
    () => ({ path: byQueue.replace('billing/charge', '%2562illing/charge') }),
    '403, task queues are off',
  ],
  ['by task queue, with a query and `;`', () => ({ path: `${byQueue};a=b?namespace=x` }), '403, task queues are off'],
  [
    'by task queue, as a URL of `internal`',
    () => ({ path: `http://a@internal${byQueue}` }),
    '403, task queues are off',
  ],
  ['with escaped dots', () => ({ path: byQueue.replace('/charge', '/x/%2e%2e/charge') }), 'a redirect or 404'],
  ['with a slash at the end', (id) => ({ path: `${byId(id)}/` }), 'a redirect or 404'],
  [
    'a standalone operation with another namespace in its body',
    () => ({
      path: '/api/v1/namespaces/refunds/nexus-operations/x?namespace=orders',
      body: standalone.replace('{', '{"namespace":"orders",').replace('"billing"', '"b\\u0069lling"'),
    }),
    '403, not on the list',
  ],
];

/** The callback of an update that a worker makes up and accepts → what came of the callback. */
export const madeUp: readonly (readonly [
  what: string,
  port: 'http' | 'internalHttp',
  path: (endpointId: string) => string,
  header: string,
  got: '403, Temporal callers only' | '403, task queues are off' | '403, not on the list',
])[] = [
  ['to the internal frontend, with a forged link', 'internalHttp', byId, 'nexus-link', '403, not on the list'],
  ['so, U+0130 for i', 'internalHttp', byId, 'Nexus-L\u0130nk', '403, not on the list'],
  ['so, a blank before it and U+017F for s', 'internalHttp', byId, ' NEXU\u017f-LINK', '403, not on the list'],
  ['to the internal frontend, by task queue', 'internalHttp', () => byQueue, 'nexus-link', '403, task queues are off'],
  ['to the frontend, with a forged link', 'http', byId, 'nexus-link', '403, Temporal callers only'],
];
