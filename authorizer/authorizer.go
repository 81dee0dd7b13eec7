// Package authorizer enforces a Nexus allowlist inside a self-hosted Temporal server.
//
// An Enforcer is two things, and a server needs both: an authorization.Authorizer that wraps another one and only takes
// away from what that one allows, and a gRPC interceptor for the frontends, without which a hostile worker could write
// the link that names its own namespace. cmd/temporal-server is the stock server with both.
package authorizer

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/mux"
	nexuspb "go.temporal.io/api/nexus/v1"
	"go.temporal.io/server/api/matchingservice/v1"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"

	"github.com/nexusctl/nexusctl/authorizer/policy"
)

const taskQueueDispatch = "/temporal.api.nexusservice.v1.NexusService/DispatchByNamespaceAndTaskQueue"

// Options of an Enforcer. Policy, Base, Logger and Metrics are required.
type Options struct {
	// Policy gives the policy in force, usually (*policy.Watcher).Current.
	Policy func() policy.Loaded
	// Base decides first; what it denies stays denied.
	Base    authorization.Authorizer
	Logger  log.Logger
	Metrics metrics.Handler
	// CallersAuthenticated is published: whether the server knows who acts in a caller namespace. Without that, anybody
	// can act as an allowed caller.
	CallersAuthenticated bool
	// DivertTo names an endpoint with a worker target to which forbidden workflow commands are sent, to be refused there.
	// It covers endpoints with an external target, which the server calls without asking an authorizer. Empty: off.
	DivertTo string
	// DivertOnly limits this to the named endpoints. Empty: all.
	DivertOnly []string
	// AllowTaskQueueDispatch leaves HTTP calls by namespace and task queue, which go around endpoints, to Base.
	AllowTaskQueueDispatch bool
}

// Enforcer applies a policy. Its methods may be called at the same time.
type Enforcer struct {
	options Options
	now     func() time.Time
	metrics meters
}

var _ authorization.Authorizer = (*Enforcer)(nil)

func New(options Options) *Enforcer {
	return &Enforcer{options: options, now: time.Now, metrics: meters{options.Metrics}}
}

// Authorize implements authorization.Authorizer.
func (e *Enforcer) Authorize(ctx context.Context, claims *authorization.Claims, target *authorization.CallTarget) (authorization.Result, error) {
	result, err := e.options.Base.Authorize(ctx, claims, target)
	if err != nil || result.Decision != authorization.DecisionAllow {
		e.announce(ctx)
		return result, err
	}
	if refusal := e.checkCall(ctx, claims, target); refusal != "" {
		e.announce(ctx)
		return authorization.Result{Decision: authorization.DecisionDeny, Reason: refusal}, nil
	}
	return result, nil
}

// checkCall gives the reason for which a call is refused, or nothing.
func (e *Enforcer) checkCall(ctx context.Context, claims *authorization.Claims, target *authorization.CallTarget) string {
	loaded := e.options.Policy()
	switch {
	case target.APIName == taskQueueDispatch && target.NexusEndpointName == "":
		if e.options.AllowTaskQueueDispatch || !loaded.Restricting() {
			return ""
		}
		return e.refuse(outcome{rule: "task-queue-dispatch"}, directRefusal(target))
	case target.NexusEndpointName == "" || target.NexusEndpointName == policy.SystemEndpoint:
		return ""
	}
	request, _ := target.Request.(*matchingservice.DispatchNexusTaskRequest)
	_, cancel := request.GetRequest().GetVariant().(*nexuspb.Request_CancelOperation)
	endpoint := policy.Endpoint{Name: target.NexusEndpointName, ID: endpointID(ctx)}
	if endpoint.Name == e.options.DivertTo && !cancel {
		return e.refuseDiverted(request)
	}
	if !loaded.Restricts(endpoint) {
		return ""
	}
	if cancel && internal(claims) {
		return "" // whoever was allowed to start must be able to stop; a cancel names no caller
	}
	return e.checkDispatch(loaded.Policy, endpoint, claims, request)
}

func (e *Enforcer) checkDispatch(p *policy.Policy, endpoint policy.Endpoint, claims *authorization.Claims, request *matchingservice.DispatchNexusTaskRequest) string {
	if !internal(claims) {
		return e.refuse(outcome{rule: "not-internal", endpoint: endpoint.Name}, notInternalRefusal(endpoint.Name))
	}
	if endpoint.ID == "" && p.Pins(endpoint.Name) {
		return e.refuse(outcome{rule: "no-id", endpoint: endpoint.Name}, noIDRefusal(endpoint.Name))
	}
	callers, readable := callersOf(request.GetRequest().GetStartOperation().GetLinks())
	if !readable {
		return e.refuse(outcome{rule: "no-caller", endpoint: endpoint.Name}, noCallerRefusal(endpoint.Name))
	}
	for _, caller := range callers {
		if refusal := e.checkCaller(p, endpoint, caller, "dispatch"); refusal != "" {
			return refusal
		}
	}
	return ""
}

// checkCaller asks the policy, counts and logs the answer, and words a refusal.
func (e *Enforcer) checkCaller(p *policy.Policy, endpoint policy.Endpoint, caller, at string) string {
	verdict := p.Check(endpoint, caller, e.now())
	found := outcome{rule: at, endpoint: endpoint.Name, caller: caller, reason: verdict.Reason}
	if verdict.Allowed {
		e.metrics.decided(found, true)
		return ""
	}
	return e.refuse(found, callerRefusal(verdict.Reason, endpoint.Name, caller))
}

// internal tells whether a call came through the server's internal frontend: nothing else maps to these claims.
func internal(claims *authorization.Claims) bool {
	return claims != nil && claims.AuthType == authorization.InternalPrincipalType && claims.Subject == authorization.InternalPrincipalName
}

// endpointID is the id in the URL of the HTTP request that is being authorized: the call target names the endpoint
// only. The server finds an endpoint by any spelling of its UUID (escaped, upper case, without dashes, as a URN), so it
// is brought to the one that endpoints have. Empty when there is none, and then a pinned entry refuses.
func endpointID(ctx context.Context) string {
	spelled, err := url.PathUnescape(mux.Vars(new(http.Request).WithContext(ctx))["endpoint"])
	if err != nil {
		return ""
	}
	id, err := uuid.Parse(spelled)
	if err != nil {
		return spelled
	}
	return id.String()
}

func (e *Enforcer) diverts(endpoint string) bool {
	if e.options.DivertTo == "" || endpoint == e.options.DivertTo || endpoint == policy.SystemEndpoint {
		return false
	}
	return len(e.options.DivertOnly) == 0 || slices.Contains(e.options.DivertOnly, endpoint)
}
