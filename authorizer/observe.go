package authorizer

import (
	"context"
	"time"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
	"go.temporal.io/server/common/metrics"

	"github.com/nexusctl/nexusctl/authorizer/policy"
)

// Metrics, all of them of the process that has the frontend in it.
const (
	metricDecisions  = "nexus_policy_decisions"                 // counter; decision, rule, reason
	metricForged     = "nexus_policy_forged_links"              // counter
	metricAge        = "nexus_policy_age_seconds"               // gauge: since the content in force was first read
	metricGood       = "nexus_policy_last_load_successful"      // gauge: 1, or 0 while an older policy is in force
	metricRefused    = "nexus_policy_load_failures"             // counter
	metricInfo       = "nexus_policy_info"                      // gauge: 1 for the digest in force, 0 for earlier ones
	metricEndpoints  = "nexus_policy_endpoints"                 // gauge
	metricCallers    = "nexus_policy_callers"                   // gauge
	metricUnverified = "nexus_policy_callers_not_authenticated" // gauge: 1 when anybody can act in a caller namespace
)

// outcome is one decision. Endpoint and caller go to the log only: foreign names make no metric series.
type outcome struct {
	rule, endpoint, caller string
	reason                 policy.Reason
}

// refuse counts and logs a refusal and hands its sentence on.
func (e *Enforcer) refuse(found outcome, sentence string) string {
	e.metrics.decided(found, false)
	e.options.Logger.Warn("Refused a Nexus call: "+sentence,
		tag.Endpoint(found.endpoint), tag.WorkflowNamespace(found.caller),
		tag.String("rule", found.rule), tag.String("reason", string(found.reason)))
	return sentence
}

type meters struct{ handler metrics.Handler }

func (m meters) decided(found outcome, allowed bool) {
	decision := "denied"
	if allowed {
		decision = "allowed"
	}
	m.handler.Counter(metricDecisions).Record(1,
		metrics.StringTag("decision", decision), metrics.StringTag("rule", found.rule), metrics.StringTag("reason", string(found.reason)))
}

func (m meters) forged() { m.handler.Counter(metricForged).Record(1) }

// Observer writes what happens to the policy to the log and the metrics. Give it to policy.Watch.
type Observer struct {
	Logger  log.Logger
	Metrics metrics.Handler
	digest  string
}

var _ policy.Observer = (*Observer)(nil)

func (o *Observer) PolicyLoaded(loaded policy.Loaded) {
	if o.digest != "" && o.digest != loaded.Digest {
		o.Metrics.Gauge(metricInfo).Record(0, metrics.StringTag("digest", o.digest))
	}
	o.digest = loaded.Digest
	o.Metrics.Gauge(metricInfo).Record(1, metrics.StringTag("digest", loaded.Digest))
	o.Metrics.Gauge(metricGood).Record(1)
	o.Metrics.Gauge(metricEndpoints).Record(float64(loaded.Endpoints()))
	o.Metrics.Gauge(metricCallers).Record(float64(loaded.Callers()))
	standing := "deny"
	if loaded.DefaultAllow {
		standing = "allow"
	}
	o.Logger.Info("Nexus policy in force", tag.String("digest", loaded.Digest), tag.String("default", standing),
		tag.Int("endpoints", loaded.Endpoints()), tag.Int("callers", loaded.Callers()))
}

func (o *Observer) PolicyRefused(loaded policy.Loaded) {
	o.Metrics.Gauge(metricGood).Record(0)
	o.Metrics.Counter(metricRefused).Record(1)
	o.Logger.Error("Nexus policy refused; the last good one stays in force",
		tag.Error(loaded.Problem), tag.String("digest", loaded.Digest), tag.Timestamp(loaded.At))
}

// PublishAge keeps the gauges that change by themselves up to date until the context ends.
func (e *Enforcer) PublishAge(ctx context.Context, interval time.Duration) {
	unverified := 1.0
	if e.options.CallersAuthenticated {
		unverified = 0
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		e.options.Metrics.Gauge(metricAge).Record(e.now().Sub(e.options.Policy().At).Seconds())
		e.options.Metrics.Gauge(metricUnverified).Record(unverified)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
