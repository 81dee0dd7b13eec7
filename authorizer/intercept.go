package authorizer

import (
	"context"
	"strings"

	commandpb "go.temporal.io/api/command/v1"
	commonpb "go.temporal.io/api/common/v1"
	protocolpb "go.temporal.io/api/protocol/v1"
	"go.temporal.io/api/serviceerror"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/api/matchingservice/v1"
	"go.temporal.io/server/common/log/tag"
	"google.golang.org/grpc"

	"github.com/nexusctl/nexusctl/authorizer/policy"
)

const (
	linkHeader = "nexus-link"
	// divertedHeader carries the name of the endpoint that a diverted command asked for.
	divertedHeader = "nexusctl-diverted-from"
)

// Intercept is a grpc.UnaryServerInterceptor for temporal.WithChainedFrontendGrpcInterceptors. It removes headers that
// a caller must not set, checks standalone operations, diverts forbidden commands, and says in each response which
// policy is in force.
func (e *Enforcer) Intercept(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	e.announce(ctx)
	switch r := request.(type) {
	case *workflowservice.RespondWorkflowTaskCompletedRequest:
		for _, command := range r.GetCommands() {
			e.interceptCommand(r.GetNamespace(), command)
		}
		for _, message := range r.GetMessages() {
			e.scrubMessage(r.GetNamespace(), message)
		}
	case *workflowservice.StartNexusOperationExecutionRequest:
		e.scrub(r.GetNamespace(), r.GetNexusHeader())
		if refusal := e.checkStandalone(r); refusal != "" {
			return nil, serviceerror.NewPermissionDenied(refusal, refusal)
		}
	case *workflowservice.StartWorkflowExecutionRequest:
		e.scrubCallbacks(r.GetNamespace(), r.GetCompletionCallbacks())
	case *workflowservice.StartActivityExecutionRequest:
		e.scrubCallbacks(r.GetNamespace(), r.GetCompletionCallbacks())
	case *workflowservice.UpdateWorkflowExecutionRequest:
		e.scrubCallbacks(r.GetNamespace(), r.GetRequest().GetCompletionCallbacks())
	case *workflowservice.ExecuteMultiOperationRequest:
		for _, operation := range r.GetOperations() {
			e.scrubCallbacks(r.GetNamespace(), operation.GetStartWorkflow().GetCompletionCallbacks())
			e.scrubCallbacks(r.GetNamespace(), operation.GetUpdateWorkflow().GetRequest().GetCompletionCallbacks())
		}
	}
	return handle(ctx, request)
}

func (e *Enforcer) interceptCommand(caller string, command *commandpb.Command) {
	attributes := command.GetScheduleNexusOperationCommandAttributes()
	if attributes == nil {
		return
	}
	e.scrub(caller, attributes.GetNexusHeader())
	asked := attributes.GetEndpoint()
	if !e.diverts(asked) || e.options.Policy().Check(policy.Endpoint{Name: asked}, caller, e.now()).Allowed {
		return
	}
	if attributes.NexusHeader == nil {
		attributes.NexusHeader = map[string]string{}
	}
	attributes.NexusHeader[divertedHeader] = asked
	attributes.Endpoint = e.options.DivertTo
}

// checkStandalone refuses an operation that no workflow asks for where its caller sees the reason: at once. The id of
// the endpoint is not known here; where it is pinned, the dispatch checks it.
func (e *Enforcer) checkStandalone(r *workflowservice.StartNexusOperationExecutionRequest) string {
	if r.GetEndpoint() == policy.SystemEndpoint {
		return ""
	}
	loaded := e.options.Policy()
	return e.checkCaller(loaded.Policy, policy.Endpoint{Name: r.GetEndpoint()}, r.GetNamespace(), "standalone")
}

// refuseDiverted words the refusal of a call that reached the endpoint for diverted ones, in terms of the endpoint that
// the workflow asked for.
func (e *Enforcer) refuseDiverted(request *matchingservice.DispatchNexusTaskRequest) string {
	asked := request.GetRequest().GetHeader()[divertedHeader]
	if asked == "" {
		asked = e.options.DivertTo
	}
	callers, _ := callersOf(request.GetRequest().GetStartOperation().GetLinks())
	caller := ""
	if len(callers) > 0 {
		caller = callers[0]
	}
	loaded := e.options.Policy()
	reason := loaded.Check(policy.Endpoint{Name: asked}, caller, e.now()).Reason
	return e.refuse(outcome{rule: "diverted", endpoint: asked, caller: caller, reason: reason}, callerRefusal(reason, asked, caller))
}

// scrub deletes what only the server may write. The history service sets the headers of a command after its own link
// and lower-cases their names first, so any name that becomes nexus-link would replace the link that names the caller.
func (e *Enforcer) scrub(namespace string, header map[string]string) {
	for name := range header {
		switch {
		case becomes(name, linkHeader):
			delete(header, name)
			e.metrics.forged()
			e.options.Logger.Warn("Removed a forged nexus-link header", tag.WorkflowNamespace(namespace))
		case becomes(name, divertedHeader):
			delete(header, name)
		}
	}
}

// scrubCallbacks does so for completion callbacks: their URL could lead to an endpoint instead of to a completion.
func (e *Enforcer) scrubCallbacks(namespace string, callbacks []*commonpb.Callback) {
	for _, callback := range callbacks {
		e.scrub(namespace, callback.GetNexus().GetHeader())
	}
}

// scrubMessage does so for an update that a worker sends back: when the server has forgotten it, it takes the request
// from this message, callbacks included, and looks at neither their headers nor their URLs again.
func (e *Enforcer) scrubMessage(namespace string, message *protocolpb.Message) {
	if message.GetBody() == nil {
		return
	}
	body, err := message.GetBody().UnmarshalNew()
	if err != nil {
		return // nor can the server read it
	}
	switch update := body.(type) {
	case *updatepb.Acceptance:
		e.scrubCallbacks(namespace, update.GetAcceptedRequest().GetCompletionCallbacks())
	case *updatepb.Rejection:
		e.scrubCallbacks(namespace, update.GetRejectedRequest().GetCompletionCallbacks())
	default:
		return
	}
	if err := message.GetBody().MarshalFrom(body); err != nil {
		message.Body = nil
	}
}

// becomes tells whether a header name is, for anything that reads it later, the given one. Lower-casing and folding
// differ for a few letters that are not ASCII: U+0130 lower-cases to i, U+212A folds to k.
func becomes(name, header string) bool {
	name = strings.TrimSpace(name)
	return strings.EqualFold(name, header) || strings.EqualFold(strings.ToLower(name), header) || strings.EqualFold(strings.ToUpper(name), header)
}
