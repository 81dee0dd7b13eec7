package authorizer

import (
	"fmt"
	"strconv"

	"go.temporal.io/server/api/matchingservice/v1"
	"go.temporal.io/server/common/authorization"

	"github.com/nexusctl/nexusctl/authorizer/policy"
)

// The sentences that a refused caller reads: in the failure that its workflow catches, after "permission denied: ".

func callerRefusal(reason policy.Reason, endpoint, caller string) string {
	namespace, name := strconv.QuoteToASCII(caller), strconv.QuoteToASCII(endpoint)
	switch reason {
	case policy.Expired:
		return fmt.Sprintf("the entry of caller namespace %s on the allowlist of nexus endpoint %s has expired", namespace, name)
	case policy.Blocked:
		return fmt.Sprintf("caller namespace %s is blocked for nexus endpoint %s", namespace, name)
	case policy.IDMismatch:
		return fmt.Sprintf("caller namespace %s cannot call nexus endpoint %s: the allowlist pins an endpoint with another id or name", namespace, name)
	default:
		return fmt.Sprintf("caller namespace %s is not on the allowlist of nexus endpoint %s", namespace, name)
	}
}

func notInternalRefusal(endpoint string) string {
	return fmt.Sprintf("nexus endpoint %s takes calls from Temporal callers only", strconv.QuoteToASCII(endpoint))
}

func noCallerRefusal(endpoint string) string {
	return fmt.Sprintf("the call of nexus endpoint %s names no caller namespace", strconv.QuoteToASCII(endpoint))
}

func noIDRefusal(endpoint string) string {
	return fmt.Sprintf("the id of nexus endpoint %s is not known, and the allowlist pins one", strconv.QuoteToASCII(endpoint))
}

func directRefusal(target *authorization.CallTarget) string {
	request, _ := target.Request.(*matchingservice.DispatchNexusTaskRequest)
	return fmt.Sprintf("direct dispatch to task queue %s of namespace %s is off: it would go around the allowlist of nexus endpoints",
		strconv.QuoteToASCII(request.GetTaskQueue().GetName()), strconv.QuoteToASCII(target.Namespace))
}
