package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	commandpb "go.temporal.io/api/command/v1"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	nexuspb "go.temporal.io/api/nexus/v1"
	"go.temporal.io/api/operatorservice/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/durationpb"
)

const childVariable = "TEMPORAL_SERVER_TEST_CHILD"

// TestMain makes the test binary the server too: no second build, and each server is a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	go func() { // the parent holds the other end: when it is gone, so is the server
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	main()
}

// child is this test binary as `temporal-server ARGS`.
func child(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, os.Args[0], args...)
	command.Env = []string{childVariable + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + os.TempDir()}
	return command
}

// layout is what a server is configured with. Ports are picked free.
type layout struct {
	dir                            string
	frontend, http                 int
	internal, internalHTTP         int
	metrics                        int
	others                         []int  // of membership, and of the services that nobody calls from outside
	tls, authorization             string // yaml of global.tls and global.authorization, indented by four
	noInternal, noInternalHTTPPort bool
}

func newLayout(t *testing.T) *layout {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	ports := freePorts(t, 13)
	return &layout{dir: dir, frontend: ports[0], http: ports[1], internal: ports[2], internalHTTP: ports[3], metrics: ports[4], others: ports[5:]}
}

// freePorts finds ports in a row that nobody listens on, below those that outgoing connections take, so that none is
// taken before the server listens.
func freePorts(t *testing.T, count int) []int {
	t.Helper()
	for range 1000 {
		first := 10_000 + rand.IntN(22_000-count)
		ports := make([]int, 0, count)
		for port := first; port < first+count && isFree(port); port++ {
			ports = append(ports, port)
		}
		if len(ports) == count {
			return ports
		}
	}
	t.Fatal("no free ports")
	return nil
}

func isFree(port int) bool {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// write makes the configuration file and gives its path.
func (l *layout) write(t *testing.T) string {
	t.Helper()
	ports := l.others
	store := `
      sql:
        pluginName: sqlite
        databaseName: %s
        connectAddr: localhost
        connectProtocol: tcp
        connectAttributes: { mode: memory, cache: private }
        maxConns: 1
        maxIdleConns: 1
        maxConnLifetime: 1h`
	service := "\n  %s:\n    rpc: { grpcPort: %d, membershipPort: %d, bindOnLocalHost: true%s }"
	services := fmt.Sprintf(service, "frontend", l.frontend, ports[0], fmt.Sprintf(", httpPort: %d", l.http))
	if !l.noInternal {
		port := fmt.Sprintf(", httpPort: %d", l.internalHTTP)
		if l.noInternalHTTPPort {
			port = ""
		}
		services += fmt.Sprintf(service, "internal-frontend", l.internal, ports[1], port)
	}
	services += fmt.Sprintf(service, "history", ports[2], ports[3], "")
	services += fmt.Sprintf(service, "matching", ports[4], ports[5], "")
	services += fmt.Sprintf(service, "worker", ports[6], ports[7], "")
	publicClient := ""
	if l.noInternal {
		publicClient = fmt.Sprintf("\npublicClient: { hostPort: \"127.0.0.1:%d\" }", l.frontend)
	}
	dynamic := filepath.Join(l.dir, "dynamic.yaml")
	callback := fmt.Sprintf("http://127.0.0.1:%d/namespaces/{{.NamespaceName}}/nexus/callback", l.http)
	l.put(t, dynamic, fmt.Sprintf(`nexusoperation.enableStandalone: [{ value: true }]
system.refreshNexusEndpointsMinWait: [{ value: 10ms }]
component.nexusoperations.callback.endpoint.template: [{ value: %q }]
nexusoperation.callback.endpoint.template: [{ value: %q }]
frontend.rps: [{ value: 10000 }]
frontend.namespaceRPS: [{ value: 10000 }]
`, callback, callback))
	path := filepath.Join(l.dir, "server.yaml")
	l.put(t, path, fmt.Sprintf(`log: { stdout: true, level: warn }
persistence:
  defaultStore: default
  visibilityStore: visibility
  numHistoryShards: 1
  datastores:
    default:%s
    visibility:%s
global:
  membership: { maxJoinDuration: 30s, broadcastAddress: 127.0.0.1 }
  metrics: { prometheus: { listenAddress: "127.0.0.1:%d", timerType: histogram } }
%s%s
services:%s
clusterMetadata:
  enableGlobalNamespace: false
  failoverVersionIncrement: 10
  masterClusterName: active
  currentClusterName: active
  clusterInformation:
    active: { enabled: true, initialFailoverVersion: 1, rpcName: frontend, rpcAddress: "127.0.0.1:%d", clusterID: 6a6f1f2c-9c53-4d1e-a3b9-4a1c0e0f6b11 }
dcRedirectionPolicy: { policy: noop }%s
dynamicConfigClient: { filepath: %q, pollInterval: 10s }
`, fmt.Sprintf(store, "default"), fmt.Sprintf(store, "visibility"), l.metrics, l.tls, l.authorization, services, l.frontend, publicClient, dynamic))
	return path
}

func (l *layout) put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// server is a running one, with a connection to its frontend.
type server struct {
	*layout
	log        *syncBuffer
	workflow   workflowservice.WorkflowServiceClient
	operator   operatorservice.OperatorServiceClient
	httpClient *http.Client
	scheme     string
}

type syncBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

// bearer is a token that goes with every call.
type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	if b == "" {
		return nil, nil
	}
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

func (bearer) RequireTransportSecurity() bool { return false }

// run starts a server and waits until it answers. It is ended with the test.
func (l *layout) run(t *testing.T, client *tls.Config, token string, args ...string) *server {
	t.Helper()
	path := l.write(t)
	command := child(context.Background(), append([]string{"--config-file", path, "--allow-no-auth", "start"}, args...)...)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{layout: l, log: &syncBuffer{}}
	command.Stdout, command.Stderr = s.log, s.log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	t.Cleanup(func() {
		stdin.Close()
		<-ended
		if t.Failed() {
			text := s.log.String()
			t.Logf("the server's log ends with:\n%s", text[max(0, len(text)-6000):])
		}
	})
	s.workflow, s.operator = s.dial(t, client, token)
	s.scheme, s.httpClient = "http", &http.Client{Timeout: 20 * time.Second}
	if client != nil {
		s.scheme, s.httpClient.Transport = "https", &http.Transport{TLSClientConfig: client}
	}
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err := s.workflow.ListNamespaces(ctx, &workflowservice.ListNamespacesRequest{})
		cancel()
		if err == nil {
			return s
		}
		select {
		case <-ended:
			t.Fatalf("the server ended: %s", s.log)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server does not answer: %v", err)
		}
	}
}

func (l *layout) dial(t *testing.T, client *tls.Config, token string) (workflowservice.WorkflowServiceClient, operatorservice.OperatorServiceClient) {
	t.Helper()
	transport := insecure.NewCredentials()
	if client != nil {
		transport = credentials.NewTLS(client)
	}
	connection, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", l.frontend), grpc.WithTransportCredentials(transport), grpc.WithPerRPCCredentials(bearer(token)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return workflowservice.NewWorkflowServiceClient(connection), operatorservice.NewOperatorServiceClient(connection)
}

func (s *server) namespaces(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := s.workflow.RegisterNamespace(t.Context(), &workflowservice.RegisterNamespaceRequest{
			Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
		}); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		_, err := s.workflow.PollNexusOperationExecution(t.Context(), &workflowservice.PollNexusOperationExecutionRequest{Namespace: names[len(names)-1], OperationId: "none"})
		if err == nil || !strings.Contains(err.Error(), "Namespace") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("namespace %s does not show up: %v", names[len(names)-1], err)
		}
	}
}

func workerTarget(namespace, taskQueue string) *nexuspb.EndpointTarget {
	return &nexuspb.EndpointTarget{Variant: &nexuspb.EndpointTarget_Worker_{Worker: &nexuspb.EndpointTarget_Worker{Namespace: namespace, TaskQueue: taskQueue}}}
}

func externalTarget(url string) *nexuspb.EndpointTarget {
	return &nexuspb.EndpointTarget{Variant: &nexuspb.EndpointTarget_External_{External: &nexuspb.EndpointTarget_External{Url: url}}}
}

// endpoint makes an endpoint and gives it.
func (s *server) endpoint(t *testing.T, name string, target *nexuspb.EndpointTarget) *nexuspb.Endpoint {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		made, err := s.operator.CreateNexusEndpoint(t.Context(), &operatorservice.CreateNexusEndpointRequest{Spec: &nexuspb.EndpointSpec{Name: name, Target: target}})
		if err == nil {
			return made.GetEndpoint()
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// handle answers Nexus tasks as a worker of the handler namespace would: at once, or with a token when the operation
// is called "async". It counts what reached it.
type handler struct {
	mutex   sync.Mutex
	started []string // service of each start
	cancels int
}

func (h *handler) reached(service string) int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	count := 0
	for _, s := range h.started {
		if s == service {
			count++
		}
	}
	return count
}

func (h *handler) cancelled() int {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.cancels
}

func (s *server) handle(t *testing.T, namespace, taskQueue string) *handler {
	t.Helper()
	h := &handler{}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	t.Cleanup(func() { stop(); <-done })
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			poll, end := context.WithTimeout(ctx, time.Minute)
			task, err := s.workflow.PollNexusTaskQueue(poll, &workflowservice.PollNexusTaskQueueRequest{
				Namespace: namespace, Identity: "handler", TaskQueue: queueOf(taskQueue),
			})
			end()
			if err != nil {
				if ctx.Err() == nil {
					t.Logf("the handler polls again: %v", err)
					time.Sleep(time.Second)
				}
				continue
			}
			if len(task.GetTaskToken()) == 0 {
				continue
			}
			_, _ = s.workflow.RespondNexusTaskCompleted(ctx, &workflowservice.RespondNexusTaskCompletedRequest{
				Namespace: namespace, Identity: "handler", TaskToken: task.GetTaskToken(), Response: h.answer(task.GetRequest()),
			})
		}
	}()
	return h
}

func (h *handler) answer(request *nexuspb.Request) *nexuspb.Response {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	start := request.GetStartOperation()
	if start == nil {
		h.cancels++
		return &nexuspb.Response{Variant: &nexuspb.Response_CancelOperation{CancelOperation: &nexuspb.CancelOperationResponse{}}}
	}
	h.started = append(h.started, start.GetService())
	response := &nexuspb.StartOperationResponse{Variant: &nexuspb.StartOperationResponse_SyncSuccess{
		SyncSuccess: &nexuspb.StartOperationResponse_Sync{Payload: payload(`"done"`)},
	}}
	if start.GetOperation() == "async" {
		response.Variant = &nexuspb.StartOperationResponse_AsyncSuccess{AsyncSuccess: &nexuspb.StartOperationResponse_Async{OperationToken: "token"}}
	}
	return &nexuspb.Response{Variant: &nexuspb.Response_StartOperation{StartOperation: response}}
}

func payload(json string) *commonpb.Payload {
	return &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(json)}
}

// call is an operation as a worker of the caller namespace asks for it, header and all.
type call struct {
	caller, endpoint, service, operation string
	header                               map[string]string
	within                               time.Duration
}

// outcome of a call: the type of the event that ended it, and the failure's innermost message.
type callOutcome struct {
	event   enumspb.EventType
	message string
	failure *failurepb.Failure
	events  []*historypb.HistoryEvent
}

func (o callOutcome) completed() bool {
	return o.event == enumspb.EVENT_TYPE_NEXUS_OPERATION_COMPLETED
}

func (o callOutcome) String() string {
	if o.message == "" {
		return o.event.String()
	}
	return fmt.Sprintf("%s: %s", o.event, o.message)
}

var callCount struct {
	sync.Mutex
	n int
}

// do runs a workflow that makes one call, as raw as a hostile worker would, and gives what became of it.
func (s *server) do(t *testing.T, c call) callOutcome {
	t.Helper()
	id := s.schedule(t, c)
	for deadline := time.Now().Add(c.limit() + 15*time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if found := s.outcome(t, c.caller, id); found.event != 0 {
			return found
		}
	}
	t.Fatalf("nothing became of the call %+v", c)
	return callOutcome{}
}

func (c call) limit() time.Duration {
	if c.within == 0 {
		return 10 * time.Second
	}
	return c.within
}

// schedule starts a workflow and answers its first task with the command.
func (s *server) schedule(t *testing.T, c call) string {
	t.Helper()
	callCount.Lock()
	callCount.n++
	id := fmt.Sprintf("call-%d", callCount.n)
	callCount.Unlock()
	if c.operation == "" {
		c.operation = "sync"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	queue := &taskqueuepb.TaskQueue{Name: id}
	if _, err := s.workflow.StartWorkflowExecution(ctx, &workflowservice.StartWorkflowExecutionRequest{
		Namespace: c.caller, WorkflowId: id, RequestId: id, WorkflowType: &commonpb.WorkflowType{Name: "caller"}, TaskQueue: queue,
	}); err != nil {
		t.Fatal(err)
	}
	task, err := s.workflow.PollWorkflowTaskQueue(ctx, &workflowservice.PollWorkflowTaskQueueRequest{Namespace: c.caller, TaskQueue: queue, Identity: "caller"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.workflow.RespondWorkflowTaskCompleted(ctx, &workflowservice.RespondWorkflowTaskCompletedRequest{
		Namespace: c.caller, TaskToken: task.GetTaskToken(), Identity: "caller",
		Commands: []*commandpb.Command{{
			CommandType: enumspb.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
			Attributes: &commandpb.Command_ScheduleNexusOperationCommandAttributes{ScheduleNexusOperationCommandAttributes: &commandpb.ScheduleNexusOperationCommandAttributes{
				Endpoint: c.endpoint, Service: c.service, Operation: c.operation, Input: payload(`"in"`), NexusHeader: c.header,
				ScheduleToCloseTimeout: durationpb.New(c.limit()),
			}},
		}},
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *server) history(t *testing.T, namespace, id string) []*historypb.HistoryEvent {
	t.Helper()
	got, err := s.workflow.GetWorkflowExecutionHistory(t.Context(), &workflowservice.GetWorkflowExecutionHistoryRequest{
		Namespace: namespace, Execution: &commonpb.WorkflowExecution{WorkflowId: id},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got.GetHistory().GetEvents()
}

func (s *server) outcome(t *testing.T, namespace, id string) callOutcome {
	t.Helper()
	events := s.history(t, namespace, id)
	for _, event := range events {
		found := callOutcome{event: event.GetEventType(), events: events}
		switch event.GetEventType() {
		case enumspb.EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
			return found
		case enumspb.EVENT_TYPE_NEXUS_OPERATION_FAILED:
			found.failure = event.GetNexusOperationFailedEventAttributes().GetFailure()
		case enumspb.EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
			found.failure = event.GetNexusOperationTimedOutEventAttributes().GetFailure()
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED:
			found.failure = event.GetWorkflowTaskFailedEventAttributes().GetFailure()
		default:
			continue
		}
		for f := found.failure; f != nil; f = f.GetCause() {
			found.message = f.GetMessage()
		}
		return found
	}
	return callOutcome{}
}

// forged is a link that names another namespace, as the header that carries it is written.
func forged(namespace string) string {
	return fmt.Sprintf(`<temporal:///namespaces/%s/workflows/w/r/history?eventID=5&eventType=EVENT_TYPE_NEXUS_OPERATION_SCHEDULED&referenceType=EventReference>; type="temporal.api.common.v1.Link.WorkflowEvent"`, namespace)
}

// post calls an HTTP port directly with a forged link, past every workflow.
func (s *server) post(t *testing.T, client *http.Client, port int, path, link string, header map[string]string, body ...string) (int, string) {
	t.Helper()
	sent := `"in"`
	if len(body) > 0 {
		sent = body[0]
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("%s://127.0.0.1:%d%s", s.scheme, port, path), strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Nexus-Request-Id", "direct")
	if link != "" {
		request.Header.Set("Nexus-Link", link)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(answer)
}

// announced gives the response headers of an answer that needs no permission.
func (s *server) announced(t *testing.T) metadata.MD {
	t.Helper()
	var header metadata.MD
	if _, err := s.workflow.GetSystemInfo(t.Context(), &workflowservice.GetSystemInfoRequest{}, grpc.Header(&header)); err != nil {
		t.Fatal(err)
	}
	return header
}

func eventually(t *testing.T, what string, limit time.Duration, true func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !true() {
		if time.Since(start) > limit {
			t.Fatalf("not within %s: %s", limit, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(start)
}

func queueOf(name string) *taskqueuepb.TaskQueue { return &taskqueuepb.TaskQueue{Name: name} }

// cancel asks for the cancellation of the operation that a workflow started, by a command of the workflow.
func (s *server) cancel(t *testing.T, namespace, id string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	if _, err := s.workflow.SignalWorkflowExecution(ctx, &workflowservice.SignalWorkflowExecutionRequest{
		Namespace: namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id}, SignalName: "cancel", RequestId: "cancel-" + id,
	}); err != nil {
		t.Fatal(err)
	}
	task, err := s.workflow.PollWorkflowTaskQueue(ctx, &workflowservice.PollWorkflowTaskQueueRequest{Namespace: namespace, TaskQueue: queueOf(id), Identity: "caller"})
	if err != nil {
		t.Fatal(err)
	}
	scheduled := int64(0)
	for _, event := range s.history(t, namespace, id) {
		if event.GetEventType() == enumspb.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED {
			scheduled = event.GetEventId()
		}
	}
	if _, err := s.workflow.RespondWorkflowTaskCompleted(ctx, &workflowservice.RespondWorkflowTaskCompletedRequest{
		Namespace: namespace, TaskToken: task.GetTaskToken(), Identity: "caller",
		Commands: []*commandpb.Command{{
			CommandType: enumspb.COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION,
			Attributes: &commandpb.Command_RequestCancelNexusOperationCommandAttributes{
				RequestCancelNexusOperationCommandAttributes: &commandpb.RequestCancelNexusOperationCommandAttributes{ScheduledEventId: scheduled},
			},
		}},
	}); err != nil {
		t.Fatal(err)
	}
}
