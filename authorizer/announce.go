package authorizer

import (
	"context"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// Response headers of every frontend answer, also of refused ones: which policy is in force and what it is worth.
const (
	// HeaderState is StateEnforced, StateCallersNotAuthenticated or StateOff.
	HeaderState = "nexusctl-policy-state"
	// HeaderDigest is the SHA-256 of the policy in force, in lower-case hex, as the schema of the policy defines it.
	HeaderDigest = "nexusctl-policy-digest"
	// HeaderLoadedAt is when this process first read that content, RFC 3339 in UTC with milliseconds.
	HeaderLoadedAt = "nexusctl-policy-loaded-at"
	// HeaderAge is the whole seconds since then.
	HeaderAge = "nexusctl-policy-age"
	// HeaderProblem is there when the files cannot be used as they are now and an older policy is in force: a code of
	// package policy.
	HeaderProblem = "nexusctl-policy-problem"
	// HeaderExternal is ExternalNotCovered, ExternalDiverted, or ExternalDivertedSome (with Options.DivertOnly).
	HeaderExternal = "nexusctl-policy-external"
)

const (
	StateEnforced                = "enforced"
	StateCallersNotAuthenticated = "callers-not-authenticated"
	StateOff                     = "off"

	ExternalNotCovered   = "not-covered"
	ExternalDiverted     = "diverted"
	ExternalDivertedSome = "diverted-some"
)

// announce puts the headers on a gRPC response. A Nexus call over HTTP has no such response: there it does nothing.
func (e *Enforcer) announce(ctx context.Context) {
	_ = grpc.SetHeader(ctx, e.headers())
}

func (e *Enforcer) headers() metadata.MD {
	loaded := e.options.Policy()
	state, external := StateEnforced, ExternalNotCovered
	if !e.options.CallersAuthenticated {
		state = StateCallersNotAuthenticated
	}
	if e.options.DivertTo != "" {
		external = ExternalDiverted
		if len(e.options.DivertOnly) > 0 {
			external = ExternalDivertedSome
		}
	}
	age := max(0, int64(e.now().Sub(loaded.At)/time.Second))
	headers := metadata.Pairs(
		HeaderState, state,
		HeaderDigest, loaded.Digest,
		HeaderLoadedAt, loaded.At.UTC().Format("2006-01-02T15:04:05.000Z"),
		HeaderAge, strconv.FormatInt(age, 10),
		HeaderExternal, external,
	)
	if loaded.Problem != nil {
		headers.Set(HeaderProblem, string(loaded.Problem.Code))
	}
	return headers
}

// AnnounceOff is the interceptor of a server that was told to enforce nothing: it says so.
func AnnounceOff(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	_ = grpc.SetHeader(ctx, metadata.Pairs(HeaderState, StateOff))
	return handle(ctx, request)
}
