package authorizer

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"
	commandpb "go.temporal.io/api/command/v1"
	commonpb "go.temporal.io/api/common/v1"
	nexuspb "go.temporal.io/api/nexus/v1"
	protocolpb "go.temporal.io/api/protocol/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/api/matchingservice/v1"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/nexusctl/nexusctl/authorizer/policy"
)

const (
	dispatchByEndpoint = "/temporal.api.nexusservice.v1.NexusService/DispatchByEndpoint"
	completion         = "/temporal.api.nexusservice.v1.NexusService/CompleteNexusOperation"
)

func enforcer(t testing.TB, text string, change func(*Options)) *Enforcer {
	t.Helper()
	p, err := policy.Parse([]policy.File{{Name: "nexus-policy.json", Text: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	loaded := policy.Loaded{Policy: p, At: time.Now()}
	options := Options{
		Policy: func() policy.Loaded { return loaded }, Base: authorization.NewNoopAuthorizer(),
		Logger: log.NewNoopLogger(), Metrics: metrics.NoopMetricsHandler, CallersAuthenticated: true,
	}
	if change != nil {
		change(&options)
	}
	return New(options)
}

func internalClaims(t testing.TB) *authorization.Claims {
	t.Helper()
	claims, err := authorization.NewInternalClaimMapper().GetClaims(nil)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func link(namespace string) *nexuspb.Link {
	return &nexuspb.Link{Url: "temporal:///namespaces/" + namespace + "/workflows/w/r/history?eventID=5", Type: "temporal.api.common.v1.Link.WorkflowEvent"}
}

func dispatch(links ...*nexuspb.Link) *matchingservice.DispatchNexusTaskRequest {
	return &matchingservice.DispatchNexusTaskRequest{
		TaskQueue: &taskqueuepb.TaskQueue{Name: "tasks"},
		Request:   &nexuspb.Request{Variant: &nexuspb.Request_StartOperation{StartOperation: &nexuspb.StartOperationRequest{Links: links}}},
	}
}

// withID gives the context of an HTTP request to an endpoint's URL, as the frontend's router makes it.
func withID(t testing.TB, id string) context.Context {
	t.Helper()
	var found context.Context
	router := mux.NewRouter().UseEncodedPath()
	router.PathPrefix("/nexus/endpoints/{endpoint}/services/").HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { found = r.Context() })
	router.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/nexus/endpoints/"+id+"/services/s/o", nil))
	return found
}

func TestAuthorize(t *testing.T) {
	internal := internalClaims(t)
	admin := &authorization.Claims{System: authorization.RoleAdmin}
	const restricted = `{"version":1,"default":"deny","endpoints":{"billing":{"callers":[{"namespace":"orders"},{"namespace":"a/b"}],"blocked":["legacy"]},"pinned":{"id":"id-1","callers":[{"namespace":"orders"}]}}}`
	const open = `{"version":1,"default":"allow"}`
	const mixed = `{"version":1,"default":"allow","endpoints":{"billing":{"callers":[{"namespace":"orders"}]},"pinned":{"id":"id-1","callers":[{"namespace":"orders"}]}}}`
	const byUUID = `{"version":1,"default":"allow","endpoints":{"pinned":{"id":"0b51c51e-6a0f-4f1b-8f6e-3b1c7e0e2a11","callers":[{"namespace":"orders"}]}}}`
	cancel := &matchingservice.DispatchNexusTaskRequest{Request: &nexuspb.Request{Variant: &nexuspb.Request_CancelOperation{CancelOperation: &nexuspb.CancelOperationRequest{}}}}
	cases := []struct {
		name, policy, api, endpoint, id string
		claims                          *authorization.Claims
		request                         any
		change                          func(*Options)
		refusal                         string // a part of the reason; empty: allowed
	}{
		{name: "a listed caller", policy: restricted, claims: internal, endpoint: "billing", request: dispatch(link("orders"))},
		{name: "a listed caller whose name has a slash", policy: restricted, claims: internal, endpoint: "billing", request: dispatch(link("a%2Fb"))},
		{name: "a caller that is not listed", policy: restricted, claims: internal, endpoint: "billing", request: dispatch(link("refunds")),
			refusal: `caller namespace "refunds" is not on the allowlist of nexus endpoint "billing"`},
		{name: "a look-alike", policy: restricted, claims: internal, endpoint: "billing", request: dispatch(link("%D0%BErders")), refusal: `caller namespace "\u043erders" is not`},
		{name: "blocked", policy: restricted, claims: internal, endpoint: "billing", request: dispatch(link("legacy")), refusal: "is blocked"},
		{name: "a second link that is not listed", policy: restricted, claims: internal, endpoint: "billing", request: dispatch(link("orders"), link("refunds")), refusal: `"refunds" is not`},
		{name: "a second link that cannot be read", policy: restricted, claims: internal, endpoint: "billing", request: dispatch(link("orders"), &nexuspb.Link{Url: "https://example.com/namespaces/orders/x"}), refusal: "names no caller"},
		{name: "no link", policy: restricted, claims: internal, endpoint: "billing", request: dispatch(), refusal: "names no caller"},
		{name: "no request", policy: restricted, claims: internal, endpoint: "billing", request: nil, refusal: "names no caller"},
		{name: "another type of request", policy: restricted, claims: internal, endpoint: "billing", request: &nexuspb.Request{}, refusal: "names no caller"},
		{name: "an administrator from outside", policy: restricted, claims: admin, endpoint: "billing", request: dispatch(link("orders")), refusal: `nexus endpoint "billing" takes calls from Temporal callers only`},
		{name: "nobody", policy: restricted, claims: nil, endpoint: "billing", request: dispatch(link("orders")), refusal: "Temporal callers only"},
		{name: "a token whose subject is internal", policy: restricted, claims: &authorization.Claims{AuthType: "jwt", Subject: "internal", System: authorization.RoleAdmin}, endpoint: "billing", request: dispatch(link("orders")), refusal: "Temporal callers only"},
		{name: "an endpoint without an entry, default deny", policy: restricted, claims: internal, endpoint: "other", request: dispatch(link("orders")), refusal: `"orders" is not on the allowlist of nexus endpoint "other"`},
		{name: "an endpoint without an entry, default allow, from outside", policy: mixed, claims: admin, endpoint: "other", id: "id-9", request: dispatch()},
		{name: "the same, id not known while another is pinned", policy: mixed, claims: admin, endpoint: "other", request: dispatch(), refusal: "Temporal callers only"},
		{name: "an open policy", policy: open, claims: admin, endpoint: "billing", request: dispatch()},
		{name: "the server's own endpoint", policy: restricted, claims: admin, endpoint: policy.SystemEndpoint, request: dispatch()},
		{name: "cancel", policy: restricted, claims: internal, endpoint: "billing", request: cancel},
		{name: "cancel from outside", policy: restricted, claims: admin, endpoint: "billing", request: cancel, refusal: "Temporal callers only"},
		{name: "cancel from outside, nothing restricted", policy: open, claims: admin, endpoint: "billing", request: cancel},
		{name: "completion", policy: restricted, claims: admin, api: completion, request: nil},
		{name: "anything else", policy: restricted, claims: admin, api: "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution", request: nil},
		{name: "the pinned endpoint", policy: restricted, claims: internal, endpoint: "pinned", id: "id-1", request: dispatch(link("orders"))},
		{name: "another endpoint under the pinned name", policy: restricted, claims: internal, endpoint: "pinned", id: "id-2", request: dispatch(link("orders")), refusal: "pins an endpoint with another id or name"},
		{name: "the pinned endpoint under another name, default allow", policy: mixed, claims: internal, endpoint: "renamed", id: "id-1", request: dispatch(link("orders")), refusal: "pins an endpoint with another id or name"},
		{name: "the pinned endpoint by its UUID", policy: byUUID, claims: internal, endpoint: "pinned", id: "0b51c51e-6a0f-4f1b-8f6e-3b1c7e0e2a11", request: dispatch(link("orders"))},
		{name: "the same in upper case", policy: byUUID, claims: internal, endpoint: "pinned", id: "0B51C51E-6A0F-4F1B-8F6E-3B1C7E0E2A11", request: dispatch(link("orders"))},
		{name: "under another name, in upper case", policy: byUUID, claims: admin, endpoint: "renamed", id: "0B51C51E-6A0F-4F1B-8F6E-3B1C7E0E2A11", request: dispatch(link("orders")), refusal: "Temporal callers only"},
		{name: "under another name, escaped", policy: byUUID, claims: admin, endpoint: "renamed", id: "%30b51c51e%2D6a0f-4f1b-8f6e-3b1c7e0e2a11", request: dispatch(link("orders")), refusal: "Temporal callers only"},
		{name: "under another name, without dashes", policy: byUUID, claims: admin, endpoint: "renamed", id: "0b51c51e6a0f4f1b8f6e3b1c7e0e2a11", request: dispatch(link("orders")), refusal: "Temporal callers only"},
		{name: "under another name, as a URN", policy: byUUID, claims: internal, endpoint: "renamed", id: "urn:uuid:0b51c51e-6a0f-4f1b-8f6e-3b1c7e0e2a11", request: dispatch(link("orders")), refusal: "another id or name"},
		{name: "under another name, in braces", policy: byUUID, claims: internal, endpoint: "renamed", id: "%7B0b51c51e-6a0f-4f1b-8f6e-3b1c7e0e2a11%7D", request: dispatch(link("orders")), refusal: "another id or name"},
		{name: "the pinned endpoint, id not known", policy: restricted, claims: internal, endpoint: "pinned", request: dispatch(link("orders")), refusal: "id of nexus endpoint \"pinned\" is not known"},
		{name: "by task queue", policy: restricted, claims: admin, api: taskQueueDispatch, request: dispatch(link("orders")), refusal: `direct dispatch to task queue "tasks" of namespace "handler" is off`},
		{name: "by task queue, internal claims", policy: restricted, claims: internal, api: taskQueueDispatch, request: dispatch(link("orders")), refusal: "is off"},
		{name: "by task queue, told so", policy: restricted, claims: admin, api: taskQueueDispatch, request: dispatch(), change: func(o *Options) { o.AllowTaskQueueDispatch = true }},
		{name: "by task queue, open policy", policy: open, claims: admin, api: taskQueueDispatch, request: dispatch()},
		{name: "what the base denies stays denied", policy: open, claims: nil, endpoint: "billing", request: dispatch(), change: func(o *Options) { o.Base = authorization.NewDefaultAuthorizer() }, refusal: "-"},
		{name: "the endpoint for diverted calls, itself listed", policy: `{"version":1,"default":"deny","endpoints":{"sink":{"callers":[{"namespace":"orders"}]}}}`, claims: internal, endpoint: "sink", request: dispatch(link("orders")),
			change: func(o *Options) { o.DivertTo = "sink" }, refusal: "not on the allowlist"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			if c.id != "" {
				ctx = withID(t, c.id)
			}
			api := c.api
			if api == "" {
				api = dispatchByEndpoint
			}
			got, err := enforcer(t, c.policy, c.change).Authorize(ctx, c.claims, &authorization.CallTarget{
				APIName: api, Namespace: "handler", NexusEndpointName: c.endpoint, Request: c.request,
			})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case c.refusal == "":
				if got.Decision != authorization.DecisionAllow {
					t.Fatalf("refused: %s", got.Reason)
				}
			case got.Decision != authorization.DecisionDeny || (c.refusal != "-" && !strings.Contains(got.Reason, c.refusal)):
				t.Fatalf("decision %v, reason %q", got.Decision, got.Reason)
			}
		})
	}
}

func TestCallerOf(t *testing.T) {
	for url, want := range map[string]string{
		"temporal:///namespaces/orders/workflows/w/r/history": "orders",
		"temporal:///namespaces/orders/nexus-operations/o/r":  "orders",
		"temporal:///namespaces/a%2Fworkflows%2Fb/x":          "a/workflows/b",
		"temporal:///namespaces/a%252Fb/x":                    "a%2Fb",
		"temporal:///namespaces/../namespaces/orders/x":       "..",
		"temporal:///namespaces//x":                           "",
		"temporal:///namespaces/orders":                       "",
		"temporal:///x/namespaces/orders/y":                   "",
		"temporal://host/namespaces/orders/x":                 "",
		"temporal://orders@/namespaces/orders/x":              "",
		"temporal:namespaces/orders/x":                        "",
		"http:///namespaces/orders/x":                         "",
		"/namespaces/orders/x":                                "",
		"temporal:///namespaces/%zz/x":                        "",
		"":                                                    "",
	} {
		if got, ok := callerOf(url); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", url, got, ok, want)
		}
	}
}

// intercepted runs a request through the interceptor and gives what the handler saw.
func intercepted(t testing.TB, e *Enforcer, request any) (any, error) {
	t.Helper()
	var saw any
	_, err := e.Intercept(context.Background(), request, &grpc.UnaryServerInfo{}, func(_ context.Context, request any) (any, error) {
		saw = request
		return nil, nil
	})
	return saw, err
}

func schedule(endpoint string, header map[string]string) (*workflowservice.RespondWorkflowTaskCompletedRequest, *commandpb.ScheduleNexusOperationCommandAttributes) {
	attributes := &commandpb.ScheduleNexusOperationCommandAttributes{Endpoint: endpoint, NexusHeader: header}
	return &workflowservice.RespondWorkflowTaskCompletedRequest{Namespace: "orders", Commands: []*commandpb.Command{
		{Attributes: &commandpb.Command_StartTimerCommandAttributes{}},
		{Attributes: &commandpb.Command_ScheduleNexusOperationCommandAttributes{ScheduleNexusOperationCommandAttributes: attributes}},
	}}, attributes
}

func TestInterceptRemovesForgedHeaders(t *testing.T) {
	e := enforcer(t, `{"version":1,"default":"allow"}`, nil)
	for name, forged := range map[string]bool{
		"nexus-link": true, "Nexus-Link": true, "NEXUS-LINK": true, "nexus-l\u0130nk": true, "nexus-lin\u212a": true, "nexu\u017f-link": true,
		" nexus-link": true, "nexus-link\t": true, "nexusctl-diverted-from": true, "Nexusctl-Diverted-From": true,
		"nexus-links": false, "x-nexus-link": false, "nexus_link": false, "traceparent": false, "": false,
	} {
		header := map[string]string{name: "x", "keep": "1"}
		callback := []*commonpb.Callback{{Variant: &commonpb.Callback_Nexus_{Nexus: &commonpb.Callback_Nexus{Header: header}}}}
		command, _ := schedule("billing", header)
		for _, request := range []any{
			command,
			&workflowservice.StartNexusOperationExecutionRequest{NexusHeader: header},
			&workflowservice.StartWorkflowExecutionRequest{CompletionCallbacks: callback},
			&workflowservice.StartActivityExecutionRequest{CompletionCallbacks: callback},
			&workflowservice.UpdateWorkflowExecutionRequest{Request: &updatepb.Request{CompletionCallbacks: callback}},
			&workflowservice.ExecuteMultiOperationRequest{Operations: []*workflowservice.ExecuteMultiOperationRequest_Operation{
				{Operation: &workflowservice.ExecuteMultiOperationRequest_Operation_StartWorkflow{StartWorkflow: &workflowservice.StartWorkflowExecutionRequest{CompletionCallbacks: callback}}},
			}},
		} {
			header[name], header["keep"] = "x", "1"
			saw, err := intercepted(t, e, request)
			if err != nil || saw != request {
				t.Fatalf("%q in %T: handler saw %v, error %v", name, request, saw, err)
			}
			if _, there := header[name]; there == forged || header["keep"] != "1" {
				t.Errorf("%q in %T: left %v", name, request, header)
			}
		}
	}
}

// The server takes an update that it has forgotten from the worker that answers it.
func TestInterceptRemovesForgedHeadersFromUpdatesSentBack(t *testing.T) {
	e := enforcer(t, `{"version":1,"default":"allow"}`, nil)
	request := func(header map[string]string) *updatepb.Request {
		return &updatepb.Request{RequestId: "r", CompletionCallbacks: []*commonpb.Callback{
			{Variant: &commonpb.Callback_Nexus_{Nexus: &commonpb.Callback_Nexus{Url: "http://127.0.0.1:1/", Header: header}}},
		}}
	}
	bodies := func(header map[string]string) []proto.Message {
		return []proto.Message{
			&updatepb.Acceptance{AcceptedRequestMessageId: "m", AcceptedRequest: request(header)},
			&updatepb.Rejection{RejectedRequestMessageId: "m", RejectedRequest: request(header)},
		}
	}
	clean := bodies(map[string]string{"keep": "1"})
	for index, body := range bodies(map[string]string{"keep": "1", "Nexus-L\u0130nk": "x", "nexus-link": "x"}) {
		packed, err := anypb.New(body)
		if err != nil {
			t.Fatal(err)
		}
		message := &protocolpb.Message{ProtocolInstanceId: "u", Body: packed}
		if _, err := intercepted(t, e, &workflowservice.RespondWorkflowTaskCompletedRequest{Messages: []*protocolpb.Message{{}, message}}); err != nil {
			t.Fatal(err)
		}
		left, err := message.GetBody().UnmarshalNew()
		if err != nil || !proto.Equal(left, clean[index]) {
			t.Errorf("%T: left %v, error %v", body, left, err)
		}
	}
}

func TestInterceptDiverts(t *testing.T) {
	const text = `{"version":1,"default":"deny","endpoints":{"outside":{"callers":[]},"mine":{"callers":[{"namespace":"orders"}]}}}`
	for _, c := range []struct {
		name, endpoint, becomes string
		change                  func(*Options)
	}{
		{"off", "outside", "outside", nil},
		{"forbidden", "outside", "sink", func(o *Options) { o.DivertTo = "sink" }},
		{"allowed", "mine", "mine", func(o *Options) { o.DivertTo = "sink" }},
		{"among those to divert", "outside", "sink", func(o *Options) { o.DivertTo = "sink"; o.DivertOnly = []string{"outside"} }},
		{"not among them", "outside", "outside", func(o *Options) { o.DivertTo = "sink"; o.DivertOnly = []string{"other"} }},
		{"the server's own endpoint", policy.SystemEndpoint, policy.SystemEndpoint, func(o *Options) { o.DivertTo = "sink" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			request, attributes := schedule(c.endpoint, map[string]string{"NexusCTL-Diverted-From": "lie"})
			if _, err := intercepted(t, enforcer(t, text, c.change), request); err != nil {
				t.Fatal(err)
			}
			told, diverted := attributes.GetNexusHeader()[divertedHeader]
			if attributes.GetEndpoint() != c.becomes || diverted != (c.becomes == "sink") || (diverted && told != c.endpoint) || len(attributes.GetNexusHeader()) > 1 {
				t.Fatalf("became %q with %v", attributes.GetEndpoint(), attributes.GetNexusHeader())
			}
		})
	}
}

func TestInterceptStandalone(t *testing.T) {
	e := enforcer(t, `{"version":1,"default":"deny","endpoints":{"billing":{"callers":[{"namespace":"orders"}]}}}`, nil)
	for _, c := range []struct{ namespace, endpoint, want string }{
		{"orders", "billing", ""},
		{"orders", policy.SystemEndpoint, ""},
		{"refunds", "billing", `caller namespace "refunds" is not on the allowlist of nexus endpoint "billing"`},
		{"orders", "other", `caller namespace "orders" is not on the allowlist of nexus endpoint "other"`},
		{"", "billing", `caller namespace "" is not on the allowlist of nexus endpoint "billing"`},
	} {
		saw, err := intercepted(t, e, &workflowservice.StartNexusOperationExecutionRequest{Namespace: c.namespace, Endpoint: c.endpoint})
		if (err == nil) != (c.want == "") || (err != nil && err.Error() != c.want) || (err == nil) != (saw != nil) {
			t.Errorf("%s → %s: %v", c.namespace, c.endpoint, err)
		}
	}
}

// stream is the gRPC transport of one call: it keeps the headers that are set.
type stream struct{ header metadata.MD }

func (s *stream) Method() string                  { return "" }
func (s *stream) SetHeader(md metadata.MD) error  { s.header = metadata.Join(s.header, md); return nil }
func (s *stream) SendHeader(md metadata.MD) error { return s.SetHeader(md) }
func (s *stream) SetTrailer(metadata.MD) error    { return nil }

func TestAnnounce(t *testing.T) {
	allow := func(e *Enforcer, ctx context.Context) {
		_, _ = e.Intercept(ctx, nil, nil, func(context.Context, any) (any, error) { return nil, nil })
	}
	deny := func(e *Enforcer, ctx context.Context) {
		_, _ = e.Authorize(ctx, nil, &authorization.CallTarget{APIName: "/x"})
	}
	for _, c := range []struct {
		name            string
		change          func(*Options)
		answer          func(*Enforcer, context.Context)
		state, external string
	}{
		{"an answer", nil, allow, StateEnforced, ExternalNotCovered},
		{"a refusal", func(o *Options) { o.Base = authorization.NewDefaultAuthorizer() }, deny, StateEnforced, ExternalNotCovered},
		{"callers not authenticated", func(o *Options) { o.CallersAuthenticated = false }, allow, StateCallersNotAuthenticated, ExternalNotCovered},
		{"diverted", func(o *Options) { o.DivertTo = "sink" }, allow, StateEnforced, ExternalDiverted},
		{"some diverted", func(o *Options) { o.DivertTo, o.DivertOnly = "sink", []string{"a"} }, allow, StateEnforced, ExternalDivertedSome},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := enforcer(t, `{"version":1,"default":"deny"}`, c.change)
			at := e.options.Policy().At
			e.now = func() time.Time { return at.Add(90500 * time.Millisecond) }
			s := &stream{}
			c.answer(e, grpc.NewContextWithServerTransportStream(context.Background(), s))
			for name, want := range map[string]string{
				HeaderState: c.state, HeaderExternal: c.external, HeaderAge: "90", HeaderDigest: e.options.Policy().Digest,
				HeaderLoadedAt: at.UTC().Format("2006-01-02T15:04:05.000Z"), HeaderProblem: "",
			} {
				if got := strings.Join(s.header.Get(name), "|"); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
	s := &stream{}
	_, _ = AnnounceOff(grpc.NewContextWithServerTransportStream(context.Background(), s), nil, nil, func(context.Context, any) (any, error) { return nil, nil })
	if got := s.header.Get(HeaderState); len(got) != 1 || got[0] != StateOff {
		t.Errorf("a server that enforces nothing says %v", s.header)
	}
}

// TestTogether: the policy changes while it is asked. What counts is that the race detector is silent, and that each
// answer belongs to one of the two policies.
func TestTogether(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "nexus-policy.json")
	texts := []string{
		`{"version":1,"default":"deny","endpoints":{"billing":{"callers":[{"namespace":"orders"}]}}}`,
		`{"version":1,"default":"deny","endpoints":{"billing":{"callers":[{"namespace":"refunds"}]}}}`,
	}
	if err := os.WriteFile(path, []byte(texts[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	watcher, err := policy.Watch(path, time.Hour, &Observer{Logger: log.NewNoopLogger(), Metrics: metrics.NoopMetricsHandler})
	if err != nil {
		t.Fatal(err)
	}
	e := enforcer(t, texts[0], func(o *Options) { o.Policy = watcher.Current })
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Add(1)
	go func() { defer running.Done(); e.PublishAge(ctx, time.Millisecond) }()
	claims := internalClaims(t)
	for range 4 {
		running.Add(1)
		go func() {
			defer running.Done()
			for range 500 {
				got, err := e.Authorize(ctx, claims, &authorization.CallTarget{APIName: dispatchByEndpoint, NexusEndpointName: "billing", Request: dispatch(link("nobody"))})
				if err != nil || got.Decision != authorization.DecisionDeny {
					t.Error("nobody was let in")
					return
				}
				request, _ := schedule("billing", map[string]string{"nexus-link": "x"})
				_, _ = intercepted(t, e, request)
			}
		}()
	}
	for i := range 50 {
		if err := os.WriteFile(path+".new", []byte(texts[i%2]), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
		watcher.Poll()
	}
	stop()
	running.Wait()
}

// BenchmarkAuthorize: the whole check of one dispatch, 100 endpoints with 1,000 callers each.
func BenchmarkAuthorize(b *testing.B) {
	var text strings.Builder
	text.WriteString(`{"version":1,"default":"deny","endpoints":{`)
	for e := range 100 {
		if e > 0 {
			text.WriteByte(',')
		}
		text.WriteString(`"endpoint-` + strings.Repeat("x", e+1) + `":{"callers":[`)
		for c := range 1000 {
			if c > 0 {
				text.WriteByte(',')
			}
			text.WriteString(`{"namespace":"caller-` + strings.Repeat("y", c+1) + `"}`)
		}
		text.WriteString("]}")
	}
	text.WriteString("}}")
	enforcer := enforcer(b, text.String(), nil)
	claims := internalClaims(b)
	ctx := withID(b, "0f6c2f0e-0000-4000-8000-000000000000")
	target := &authorization.CallTarget{APIName: dispatchByEndpoint, NexusEndpointName: "endpoint-" + strings.Repeat("x", 50), Request: dispatch(link("caller-" + strings.Repeat("y", 20)))}
	for b.Loop() {
		if got, err := enforcer.Authorize(ctx, claims, target); err != nil || got.Decision != authorization.DecisionAllow {
			b.Fatal(got.Reason, err)
		}
	}
}
