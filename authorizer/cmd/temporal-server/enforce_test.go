package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	nexuspb "go.temporal.io/api/nexus/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/nexusctl/nexusctl/authorizer"
	"github.com/nexusctl/nexusctl/authorizer/policy"
)

const openPolicy = `{"version":1,"default":"deny","endpoints":{
  "billing":  {"callers":[{"namespace":"caller-ok"},{"namespace":"caller-old","until":"2020-01-01"},{"namespace":"caller-blocked"}],"blocked":["caller-blocked"]},
  "pinned":   {"callers":[{"namespace":"caller-ok"}],"id":"00000000-0000-0000-0000-000000000000"},
  "outside":  {"callers":[{"namespace":"caller-ok"}]},
  "diverted": {"callers":[]}
}}`

func sentence(caller, endpoint string) string {
	return fmt.Sprintf("permission denied: caller namespace %q is not on the allowlist of nexus endpoint %q", caller, endpoint)
}

// TestEnforcement runs one real server with a policy and drives it like its users and like its attackers.
func TestEnforcement(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	l := newLayout(t)
	policyFile := filepath.Join(l.dir, "nexus-policy.json")
	l.put(t, policyFile, openPolicy)
	s := l.run(t, nil, "", "--nexus-policy", policyFile, "--nexus-allow-unmapped-claims", "--nexus-allow-open-internal-frontend")
	s.namespaces(t, "caller-ok", "caller-denied", "caller-old", "caller-blocked", "handler")
	billing := s.endpoint(t, "billing", workerTarget("handler", "tasks"))
	s.endpoint(t, "pinned", workerTarget("handler", "tasks"))
	s.endpoint(t, "unlisted", workerTarget("handler", "tasks"))
	worker := s.handle(t, "handler", "tasks")

	t.Run("answers say which policy is in force", func(t *testing.T) {
		header := s.announced(t)
		digest := policy.Digest([]policy.File{{Name: "nexus-policy.json", Text: []byte(openPolicy)}})
		for name, want := range map[string]string{
			authorizer.HeaderState: authorizer.StateCallersNotAuthenticated, authorizer.HeaderDigest: digest,
			authorizer.HeaderExternal: authorizer.ExternalNotCovered,
		} {
			if got := header.Get(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if at, err := time.Parse(time.RFC3339, header.Get(authorizer.HeaderLoadedAt)[0]); err != nil || time.Since(at) > time.Minute {
			t.Errorf("%s: %v", authorizer.HeaderLoadedAt, header)
		}
		if len(header.Get(authorizer.HeaderAge)) != 1 || len(header.Get(authorizer.HeaderProblem)) != 0 {
			t.Errorf("age or problem: %v", header)
		}
		if text := s.metrics(t); !strings.Contains(text, fmt.Sprintf(`nexus_policy_info{digest="%s"`, digest)) || !strings.Contains(text, "nexus_policy_age_seconds") {
			t.Error("digest or age are not among the metrics")
		}
	})

	t.Run("a listed caller gets its result", func(t *testing.T) {
		if got := s.do(t, call{caller: "caller-ok", endpoint: "billing", service: "listed"}); !got.completed() || worker.reached("listed") != 1 {
			t.Fatalf("%v, reached %d times", got, worker.reached("listed"))
		}
	})

	t.Run("refused once, with a sentence that names caller and endpoint", func(t *testing.T) {
		for _, c := range []struct{ caller, endpoint, want string }{
			{"caller-denied", "billing", sentence("caller-denied", "billing")},
			{"caller-ok", "unlisted", sentence("caller-ok", "unlisted")},
			{"caller-old", "billing", `permission denied: the entry of caller namespace "caller-old" on the allowlist of nexus endpoint "billing" has expired`},
			{"caller-blocked", "billing", `permission denied: caller namespace "caller-blocked" is blocked for nexus endpoint "billing"`},
			{"caller-ok", "pinned", `permission denied: caller namespace "caller-ok" cannot call nexus endpoint "pinned": the allowlist pins an endpoint with another id or name`},
			{"handler", "billing", sentence("handler", "billing")},
		} {
			got := s.do(t, call{caller: c.caller, endpoint: c.endpoint, service: "refused"})
			if got.event != enumspb.EVENT_TYPE_NEXUS_OPERATION_FAILED || got.message != c.want {
				t.Errorf("%s → %s: %v", c.caller, c.endpoint, got)
				continue
			}
			cause := got.failure.GetCause().GetNexusHandlerFailureInfo()
			if cause.GetType() != "UNAUTHORIZED" || got.failure.GetNexusOperationExecutionFailureInfo().GetEndpoint() != c.endpoint {
				t.Errorf("%s → %s: failure %v", c.caller, c.endpoint, got.failure)
			}
		}
		if worker.reached("refused") != 0 {
			t.Fatal("a refused call reached the handler")
		}
	})

	t.Run("forged links in a command", func(t *testing.T) {
		link := forged("caller-ok")
		for name, header := range map[string]map[string]string{
			"lower case":                        {"nexus-link": link},
			"as HTTP writes it":                 {"Nexus-Link": link},
			"upper case":                        {"NEXUS-LINK": link},
			"mixed case":                        {"nExUs-lInK": link},
			"several at once":                   {"nexus-link": link, "NEXUS-link": link, "Nexus-LINK": link},
			"U+0130, which lower-cases to i":    {"nexus-l\u0130nk": link},
			"U+212A, which lower-cases to k":    {"nexus-lin\u212a": link},
			"U+017F, which upper-cases to S":    {"nexu\u017f-link": link},
			"a space before it":                 {" nexus-link": link},
			"a space after it":                  {"nexus-link ": link},
			"a line break in another header":    {"x": "y\r\nNexus-Link: " + link},
			"a line break in a header's name":   {"x: y\r\nnexus-link": link},
			"our own header for diverted calls": {"Nexusctl-Diverted-From": "unlisted", "nexus-link": link},
		} {
			got := s.do(t, call{caller: "caller-denied", endpoint: "billing", service: "forged", header: header, within: 3 * time.Second})
			t.Logf("%-36s %v", name, got)
			if got.completed() {
				t.Errorf("%s: got through", name)
			}
		}
		if worker.reached("forged") != 0 {
			t.Fatal("a forged call reached the handler")
		}
		if !strings.Contains(s.metrics(t), "nexus_policy_forged_links") {
			t.Error("forged links are not counted")
		}
	})

	t.Run("names that look like paths", func(t *testing.T) {
		for _, service := range []string{"..", "../../../namespaces/handler/task-queues/tasks/nexus-services/path", "../../" + billing.GetId() + "/services/path", "a/../../x"} {
			for _, operation := range []string{"sync", "..", "../../../../../namespaces/handler/task-queues/tasks/nexus-services/path/op"} {
				got := s.do(t, call{caller: "caller-denied", endpoint: "billing", service: service, operation: operation, within: 2 * time.Second})
				t.Logf("service %q operation %q: %v", service, operation, got)
				if got.completed() {
					t.Errorf("service %q operation %q: got through", service, operation)
				}
			}
		}
		if worker.reached("path") != 0 {
			t.Fatal("a call reached the handler around the endpoint")
		}
	})

	t.Run("direct HTTP", func(t *testing.T) {
		byEndpoint := fmt.Sprintf("/nexus/endpoints/%s/services/direct/sync", billing.GetId())
		byQueue := "/namespaces/handler/task-queues/tasks/nexus-services/direct/sync"
		for _, c := range []struct {
			path, link, want string
		}{
			{byEndpoint, forged("caller-ok"), `nexus endpoint \"billing\" takes calls from Temporal callers only`},
			{byEndpoint, "", `takes calls from Temporal callers only`},
			{byQueue, forged("caller-ok"), `direct dispatch to task queue \"tasks\" of namespace \"handler\" is off`},
			{byQueue, "", `is off: it would go around the allowlist`},
		} {
			code, body := s.post(t, s.httpClient, s.http, c.path, c.link, nil)
			t.Logf("%s: %d %s", c.path, code, body)
			if code != http.StatusForbidden || !strings.Contains(body, c.want) {
				t.Errorf("%s: %d %s", c.path, code, body)
			}
		}
		// Whoever reaches the internal frontend passes for the server: that is why it wants a certificate, but even there
		// no task queue is called directly.
		if code, body := s.post(t, s.httpClient, s.internalHTTP, byQueue, forged("caller-ok"), nil); code != http.StatusForbidden {
			t.Errorf("by task queue on the internal frontend: %d %s", code, body)
		}
		if worker.reached("direct") != 0 {
			t.Fatal("a direct call reached the handler")
		}
	})

	t.Run("standalone operations", func(t *testing.T) {
		header, err := s.standalone(t, "caller-denied", "billing", map[string]string{"nexus-link": forged("caller-ok")})
		want := `caller namespace "caller-denied" is not on the allowlist of nexus endpoint "billing"`
		if status.Code(err) != codes.PermissionDenied || status.Convert(err).Message() != want {
			t.Fatalf("refused with %v", err)
		}
		if got := header.Get(authorizer.HeaderDigest); len(got) != 1 {
			t.Errorf("a refusal carries the digest %d times", len(got))
		}
		code, body := s.post(t, s.httpClient, s.http, "/api/v1/namespaces/caller-denied/nexus-operations/over-http", "", nil,
			`{"endpoint":"billing","service":"standalone","operation":"sync","nexusHeader":{"Nexus-Link":"x"}}`)
		if code != http.StatusForbidden || !strings.Contains(body, "is not on the allowlist of nexus endpoint") {
			t.Errorf("over the HTTP API: %d %s", code, body)
		}
		if _, err := s.standalone(t, "caller-ok", "billing", map[string]string{"NEXUS-LINK": forged("caller-denied")}); err != nil {
			t.Fatalf("a listed caller: %v", err)
		}
		eventually(t, "the allowed operation reaches the handler, its forged link removed", 20*time.Second, func() bool { return worker.reached("standalone") == 1 })
	})

	t.Run("forged links on completion callbacks are removed", func(t *testing.T) {
		_, err := s.workflow.StartWorkflowExecution(t.Context(), &workflowservice.StartWorkflowExecutionRequest{
			Namespace: "caller-denied", WorkflowId: "callback", RequestId: "callback",
			WorkflowType: &commonpb.WorkflowType{Name: "w"}, TaskQueue: queueOf("callback"),
			CompletionCallbacks: []*commonpb.Callback{{Variant: &commonpb.Callback_Nexus_{Nexus: &commonpb.Callback_Nexus{
				Url: "temporal://system", Header: map[string]string{"Nexus-Link": forged("caller-ok"), "keep": "1"},
			}}}},
		})
		if err != nil {
			t.Skipf("this server takes no such callback: %v", err)
		}
		described, err := s.workflow.DescribeWorkflowExecution(t.Context(), &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: "caller-denied", Execution: &commonpb.WorkflowExecution{WorkflowId: "callback"},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, callback := range described.GetCallbacks() {
			for name := range callback.GetCallback().GetNexus().GetHeader() {
				if strings.EqualFold(name, "nexus-link") {
					t.Fatal("the forged link is still there")
				}
			}
		}
	})

	t.Run("a broken policy keeps the last good one, and says so", func(t *testing.T) {
		l.put(t, policyFile, `{"version":1,"default":"allow","Default":"deny"}`)
		waited := eventually(t, "the problem is announced", 3*time.Second, func() bool {
			return strings.Join(s.announced(t).Get(authorizer.HeaderProblem), "") == "UNKNOWN_KEY"
		})
		t.Logf("announced after %s", waited)
		if got := s.do(t, call{caller: "caller-denied", endpoint: "billing", service: "broken"}); got.completed() {
			t.Fatal("the broken policy opened the endpoint")
		}
		if !strings.Contains(s.log.String(), "the last good one stays in force") || !strings.Contains(s.metrics(t), "nexus_policy_load_failures") {
			t.Error("not in the log or not in the metrics")
		}
		if err := os.Remove(policyFile); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the missing file is announced", 3*time.Second, func() bool {
			return strings.Join(s.announced(t).Get(authorizer.HeaderProblem), "") == "UNREADABLE"
		})
		l.put(t, policyFile, openPolicy)
		eventually(t, "the problem is over", 3*time.Second, func() bool { return len(s.announced(t).Get(authorizer.HeaderProblem)) == 0 })
	})

	t.Run("a change takes effect without restart, both ways", func(t *testing.T) {
		started := s.schedule(t, call{caller: "caller-ok", endpoint: "billing", service: "flip", operation: "async", within: time.Minute})
		eventually(t, "the operation starts", 10*time.Second, func() bool { return worker.reached("flip") == 1 })
		closed := strings.Replace(openPolicy, `{"namespace":"caller-ok"}`, `{"namespace":"caller-denied"}`, 1)
		for _, step := range []struct{ text, allowed, refused string }{
			{closed, "caller-denied", "caller-ok"}, {openPolicy, "caller-ok", "caller-denied"}, {closed, "caller-denied", "caller-ok"},
		} {
			digest := policy.Digest([]policy.File{{Text: []byte(step.text)}})
			l.put(t, policyFile, step.text)
			waited := eventually(t, "the new digest is announced", 2*time.Second, func() bool {
				return s.announced(t).Get(authorizer.HeaderDigest)[0] == digest
			})
			t.Logf("in force after %s", waited)
			if got := s.do(t, call{caller: step.allowed, endpoint: "billing", service: "flipped"}); !got.completed() {
				t.Errorf("%s: %v", step.allowed, got)
			}
			if got := s.do(t, call{caller: step.refused, endpoint: "billing", service: "flipped"}); got.completed() {
				t.Errorf("%s: %v", step.refused, got)
			}
		}
		s.cancel(t, "caller-ok", started)
		eventually(t, "the cancel of an operation that was allowed to start reaches the handler", 10*time.Second, func() bool { return worker.cancelled() == 1 })
		l.put(t, policyFile, openPolicy)
	})

	t.Run("a renamed endpoint keeps nobody's permission", func(t *testing.T) {
		l.put(t, policyFile, fmt.Sprintf(`{"version":1,"default":"allow","endpoints":{"billing":{"id":%q,"callers":[{"namespace":"caller-ok"}]}}}`, billing.GetId()))
		eventually(t, "the pin is in force", 3*time.Second, func() bool {
			return s.do(t, call{caller: "caller-ok", endpoint: "unlisted", service: "open"}).completed()
		})
		if got := s.do(t, call{caller: "caller-ok", endpoint: "billing", service: "renamed"}); !got.completed() {
			t.Fatalf("the pinned endpoint: %v", got)
		}
		if _, err := s.operator.UpdateNexusEndpoint(t.Context(), &operatorservice.UpdateNexusEndpointRequest{
			Id: billing.GetId(), Version: billing.GetVersion(), Spec: &nexuspb.EndpointSpec{Name: "payments", Target: workerTarget("handler", "tasks")},
		}); err != nil {
			t.Fatal(err)
		}
		var got callOutcome
		eventually(t, "the new name is known", 20*time.Second, func() bool {
			got = s.do(t, call{caller: "caller-denied", endpoint: "payments", service: "renamed-2", within: 3 * time.Second})
			return got.event == enumspb.EVENT_TYPE_NEXUS_OPERATION_FAILED
		})
		if worker.reached("renamed-2") != 0 || !strings.Contains(got.message, `"payments": the allowlist pins an endpoint with another id or name`) {
			t.Fatalf("under the new name: %v", got)
		}
	})
}

// TestExternalTargets: the server calls an external target itself and asks no authorizer.
func TestExternalTargets(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	for _, divert := range []bool{false, true} {
		t.Run(fmt.Sprintf("divert %v", divert), func(t *testing.T) {
			reached := make(chan string, 100)
			outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				reached <- r.Header.Get("Nexus-Link")
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `"from outside"`)
			}))
			defer outside.Close()
			l := newLayout(t)
			policyFile := filepath.Join(l.dir, "nexus-policy.json")
			l.put(t, policyFile, openPolicy)
			args := []string{"--nexus-policy", policyFile, "--nexus-allow-unmapped-claims", "--nexus-allow-open-internal-frontend", "--nexus-policy-interval", "100ms"}
			if divert {
				args = append(args, "--nexus-divert-to", "diverted", "--nexus-divert-only", "outside")
			}
			s := l.run(t, nil, "", args...)
			s.namespaces(t, "caller-ok", "caller-denied", "handler")
			s.endpoint(t, "outside", externalTarget(outside.URL))
			s.endpoint(t, "diverted", workerTarget("handler", "nobody"))
			s.endpoint(t, "billing", workerTarget("handler", "nobody"))

			if got := s.do(t, call{caller: "caller-ok", endpoint: "outside", service: "x"}); !got.completed() {
				t.Fatalf("a listed caller: %v", got)
			}
			if _, err := s.standalone(t, "caller-denied", "outside", nil); status.Code(err) != codes.PermissionDenied {
				t.Fatalf("standalone: %v", err)
			}
			<-reached
			got := s.do(t, call{caller: "caller-denied", endpoint: "outside", service: "x", header: map[string]string{"NEXUSCTL-diverted-from": "billing"}})
			t.Logf("a caller that is not listed: %v; says %v", got, s.announced(t).Get(authorizer.HeaderExternal))
			if !divert {
				if !got.completed() || s.announced(t).Get(authorizer.HeaderExternal)[0] != authorizer.ExternalNotCovered {
					t.Fatal("external targets are covered without the redirect: the documents and the header are wrong")
				}
				return
			}
			if got.message != sentence("caller-denied", "outside") || len(reached) != 0 {
				t.Fatalf("%v, reached %d times", got, len(reached))
			}
			if s.announced(t).Get(authorizer.HeaderExternal)[0] != authorizer.ExternalDivertedSome {
				t.Error("the redirect is not announced")
			}
			if got := s.do(t, call{caller: "caller-ok", endpoint: "diverted", service: "x"}); got.message != sentence("caller-ok", "diverted") {
				t.Errorf("the endpoint for diverted calls, called by name: %v", got)
			}
		})
	}
}

func (s *server) metrics(t *testing.T) string {
	t.Helper()
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/metrics", s.layout.metrics))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var standaloneCount int

func (s *server) standalone(t *testing.T, caller, endpoint string, header map[string]string) (metadata.MD, error) {
	t.Helper()
	standaloneCount++
	var answer metadata.MD
	_, err := s.workflow.StartNexusOperationExecution(t.Context(), &workflowservice.StartNexusOperationExecutionRequest{
		Namespace: caller, OperationId: fmt.Sprintf("standalone-%d", standaloneCount), Endpoint: endpoint, Service: "standalone", Operation: "sync",
		Input: payload(`"in"`), NexusHeader: header, ScheduleToCloseTimeout: durationpb.New(20 * time.Second),
	}, grpc.Header(&answer))
	return answer, err
}
