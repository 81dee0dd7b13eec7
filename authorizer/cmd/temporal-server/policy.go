package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/primitives"
)

const (
	flagPolicy       = "nexus-policy"
	flagInterval     = "nexus-policy-interval"
	flagDivert       = "nexus-divert-to"
	flagDivertOnly   = "nexus-divert-only"
	flagTaskQueue    = "nexus-allow-task-queue-dispatch"
	flagUnmapped     = "nexus-allow-unmapped-claims"
	flagOpenInternal = "nexus-allow-open-internal-frontend"

	envPolicy = "NEXUS_POLICY"
	policyOff = "off"
)

func policyFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: flagPolicy, EnvVars: []string{envPolicy}, Usage: "`PATH` of nexus-policy.json or of a folder of such files; off: enforce nothing"},
		&cli.DurationFlag{Name: flagInterval, EnvVars: []string{"NEXUS_POLICY_INTERVAL"}, Value: time.Second, Usage: "how often the policy is looked at",
			Action: func(_ *cli.Context, d time.Duration) error {
				if d < 10*time.Millisecond || d > time.Minute {
					return fmt.Errorf("--%s must be between 10ms and 1m", flagInterval)
				}
				return nil
			}},
		&cli.StringFlag{Name: flagDivert, EnvVars: []string{"NEXUS_DIVERT_TO"}, Usage: "`ENDPOINT` with a worker target to which forbidden workflow commands are sent, to be refused there: covers endpoints with an external target"},
		&cli.StringSliceFlag{Name: flagDivertOnly, EnvVars: []string{"NEXUS_DIVERT_ONLY"}, Usage: "divert for this `ENDPOINT` only, repeatable"},
		&cli.BoolFlag{Name: flagTaskQueue, EnvVars: []string{"NEXUS_ALLOW_TASK_QUEUE_DISPATCH"}, Usage: "let HTTP calls by namespace and task queue through, which go around every endpoint"},
		&cli.BoolFlag{Name: flagUnmapped, EnvVars: []string{"NEXUS_ALLOW_UNMAPPED_CLAIMS"}, Usage: "start although callers are not authenticated: anybody can act in an allowed namespace"},
		&cli.BoolFlag{Name: flagOpenInternal, EnvVars: []string{"NEXUS_ALLOW_OPEN_INTERNAL_FRONTEND"}, Usage: "start although the internal frontend asks for no client certificate: whoever reaches it passes for the server"},
	}
}

// standing is what the configuration makes of a policy.
type standing struct {
	config      *config.Config
	restricting bool
}

// callersAuthenticated: without a claim mapper everybody is an administrator, without an authorizer claims mean nothing.
// A client certificate alone says who connects, not in which namespace he may act.
func (s standing) callersAuthenticated() bool {
	access := s.config.Global.Authorization
	return access.ClaimMapper != "" && access.Authorizer != ""
}

// internalGuarded: the internal frontend asks for a certificate on both of its ports. On the HTTP port that takes the
// frontend's TLS to be on (the listener is the frontend's), see guardInternalPort.
func (s standing) internalGuarded() bool {
	tls := s.config.Global.TLS
	return tls.Internode.IsServerEnabled() && tls.Internode.Server.RequireClientAuth && tls.Frontend.IsServerEnabled()
}

// refuse gives the reasons for which a restricting policy must not be served with this configuration.
func (s standing) refuse(allowUnmapped, allowOpenInternal bool) error {
	if !s.restricting {
		return nil
	}
	var reasons []error
	if !s.callersAuthenticated() && !allowUnmapped {
		reasons = append(reasons, fmt.Errorf("global.authorization.claimMapper and .authorizer are not both set: anybody can act in an allowed caller namespace; set them, or accept that with --%s", flagUnmapped))
	}
	internal, configured := s.config.Services[string(primitives.InternalFrontendService)]
	switch {
	case !configured:
		reasons = append(reasons, errors.New("services.internal-frontend is not configured: the server's own calls could not be told from others, so every restricted call would be refused; configure it (and leave publicClient out)"))
	case internal.RPC.HTTPPort == 0:
		reasons = append(reasons, errors.New("services.internal-frontend.rpc.httpPort is not set: Nexus calls would have no route"))
	case !s.internalGuarded() && !allowOpenInternal:
		reasons = append(reasons, fmt.Errorf("the internal frontend can be reached without a client certificate (it takes global.tls.internode with requireClientAuth, and global.tls.frontend): whoever reaches it passes for the server; set them, or accept that with --%s", flagOpenInternal))
	}
	if len(reasons) == 0 {
		return nil
	}
	return fmt.Errorf("the Nexus policy restricts calls, and this server could not enforce it:\n%w", errors.Join(reasons...))
}

func (s standing) warnings() []string {
	var found []string
	if !s.callersAuthenticated() {
		found = append(found, "Nexus policy: callers are not authenticated; anybody can act in an allowed caller namespace")
	}
	if !s.internalGuarded() {
		found = append(found, "Nexus policy: the internal frontend asks for no client certificate; whoever reaches it passes for the server")
	} else if s.sharesClientCA() {
		found = append(found, "Nexus policy: frontend and internode trust the same client CA; every client's certificate opens the internal frontend too. Give internode a CA of its own")
	}
	return found
}

// sharesClientCA compares the names of the files, not their content: it finds the usual case.
func (s standing) sharesClientCA() bool {
	frontend, internode := s.config.Global.TLS.Frontend.Server, s.config.Global.TLS.Internode.Server
	for _, ca := range slices.Concat(internode.ClientCAFiles, internode.ClientCAData) {
		if slices.Contains(frontend.ClientCAFiles, ca) || slices.Contains(frontend.ClientCAData, ca) {
			return true
		}
	}
	return false
}
