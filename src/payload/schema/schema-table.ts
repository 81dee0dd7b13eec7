/**
 * Every message of temporal.api that holds a payload at any depth, with only the fields that lead to one:
 * `message field:number:type`, `[]` repeated, `{}` a map from string. Read off the protocol's own descriptors
 * (@temporalio/proto 1.24.0) and off the Go API 1.64.1, which is ahead of them; a test compares it with them and tells what
 * is newer. An indented line goes on with the message above it.
 */
export const schemaTable = `
activity.v1.ActivityExecutionInfo heartbeatDetails:12:common.v1.Payloads lastFailure:20:failure.v1.Failure
  searchAttributes:29:common.v1.SearchAttributes header:30:common.v1.Header userMetadata:31:sdk.v1.UserMetadata
activity.v1.ActivityExecutionListInfo searchAttributes:7:common.v1.SearchAttributes
activity.v1.ActivityExecutionOutcome result:1:common.v1.Payloads failure:2:failure.v1.Failure
activity.v1.CallbackInfo info:2:callback.v1.CallbackInfo
batch.v1.BatchOperationReset postResetOperations:5:workflow.v1.PostResetOperation[]
batch.v1.BatchOperationSignal input:2:common.v1.Payloads header:3:common.v1.Header
batch.v1.BatchOperationTermination details:1:common.v1.Payloads
callback.v1.CallbackInfo lastAttemptFailure:6:failure.v1.Failure
cloud.cloudservice.v1.CreateNexusEndpointRequest spec:1:cloud.nexus.v1.EndpointSpec
cloud.cloudservice.v1.GetNexusEndpointResponse endpoint:1:cloud.nexus.v1.Endpoint
cloud.cloudservice.v1.GetNexusEndpointsResponse endpoints:1:cloud.nexus.v1.Endpoint[]
cloud.cloudservice.v1.UpdateNexusEndpointRequest spec:2:cloud.nexus.v1.EndpointSpec
cloud.nexus.v1.Endpoint spec:3:cloud.nexus.v1.EndpointSpec
cloud.nexus.v1.EndpointSpec description:5:common.v1.Payload
command.v1.CancelWorkflowExecutionCommandAttributes details:1:common.v1.Payloads
command.v1.Command userMetadata:301:sdk.v1.UserMetadata eventGroupMarkers:302:sdk.v1.EventGroupMarker[]
  scheduleActivityTaskCommandAttributes:2:command.v1.ScheduleActivityTaskCommandAttributes
  completeWorkflowExecutionCommandAttributes:4:command.v1.CompleteWorkflowExecutionCommandAttributes
  failWorkflowExecutionCommandAttributes:5:command.v1.FailWorkflowExecutionCommandAttributes
  cancelWorkflowExecutionCommandAttributes:8:command.v1.CancelWorkflowExecutionCommandAttributes
  recordMarkerCommandAttributes:10:command.v1.RecordMarkerCommandAttributes
  continueAsNewWorkflowExecutionCommandAttributes:11:command.v1.ContinueAsNewWorkflowExecutionCommandAttributes
  startChildWorkflowExecutionCommandAttributes:12:command.v1.StartChildWorkflowExecutionCommandAttributes
  signalExternalWorkflowExecutionCommandAttributes:13:command.v1.SignalExternalWorkflowExecutionCommandAttributes
  upsertWorkflowSearchAttributesCommandAttributes:14:command.v1.UpsertWorkflowSearchAttributesCommandAttributes
  modifyWorkflowPropertiesCommandAttributes:17:command.v1.ModifyWorkflowPropertiesCommandAttributes
  scheduleNexusOperationCommandAttributes:18:command.v1.ScheduleNexusOperationCommandAttributes
command.v1.CompleteWorkflowExecutionCommandAttributes result:1:common.v1.Payloads
command.v1.ContinueAsNewWorkflowExecutionCommandAttributes input:3:common.v1.Payloads failure:9:failure.v1.Failure
  lastCompletionResult:10:common.v1.Payloads header:12:common.v1.Header memo:13:common.v1.Memo
  searchAttributes:14:common.v1.SearchAttributes
command.v1.FailWorkflowExecutionCommandAttributes failure:1:failure.v1.Failure
command.v1.ModifyWorkflowPropertiesCommandAttributes upsertedMemo:1:common.v1.Memo
command.v1.RecordMarkerCommandAttributes details:2:common.v1.Payloads{} header:3:common.v1.Header
  failure:4:failure.v1.Failure
command.v1.ScheduleActivityTaskCommandAttributes header:5:common.v1.Header input:6:common.v1.Payloads
command.v1.ScheduleNexusOperationCommandAttributes input:4:common.v1.Payload
command.v1.SignalExternalWorkflowExecutionCommandAttributes input:4:common.v1.Payloads header:7:common.v1.Header
command.v1.StartChildWorkflowExecutionCommandAttributes input:5:common.v1.Payloads header:14:common.v1.Header
  memo:15:common.v1.Memo searchAttributes:16:common.v1.SearchAttributes
command.v1.UpsertWorkflowSearchAttributesCommandAttributes searchAttributes:1:common.v1.SearchAttributes
common.v1.Callback nexusHandler:4:common.v1.Callback.NexusHandler
common.v1.Callback.NexusHandler sourceContext:4:common.v1.Payload
common.v1.Header fields:1:common.v1.Payload{}
common.v1.Memo fields:1:common.v1.Payload{}
common.v1.SearchAttributes indexedFields:1:common.v1.Payload{}
compute.v1.ComputeConfig scalingGroups:1:compute.v1.ComputeConfigScalingGroup{}
compute.v1.ComputeConfigScalingGroup provider:3:compute.v1.ComputeProvider scaler:4:compute.v1.ComputeScaler
compute.v1.ComputeConfigScalingGroupUpdate scalingGroup:1:compute.v1.ComputeConfigScalingGroup
compute.v1.ComputeProvider details:2:common.v1.Payload
compute.v1.ComputeScaler details:2:common.v1.Payload
deployment.v1.DeploymentInfo metadata:4:common.v1.Payload{}
deployment.v1.UpdateDeploymentMetadata upsertEntries:1:common.v1.Payload{}
deployment.v1.VersionMetadata entries:1:common.v1.Payload{}
deployment.v1.WorkerDeploymentVersionInfo metadata:10:deployment.v1.VersionMetadata
  computeConfig:16:compute.v1.ComputeConfig
errordetails.v1.QueryFailedFailure failure:1:failure.v1.Failure
export.v1.ActivityExecution activity:1:workflowservice.v1.DescribeActivityExecutionResponse
failure.v1.ApplicationFailureInfo details:3:common.v1.Payloads
failure.v1.CanceledFailureInfo details:1:common.v1.Payloads
failure.v1.Failure encodedAttributes:20:common.v1.Payload cause:4:failure.v1.Failure
  applicationFailureInfo:5:failure.v1.ApplicationFailureInfo timeoutFailureInfo:6:failure.v1.TimeoutFailureInfo
  canceledFailureInfo:7:failure.v1.CanceledFailureInfo resetWorkflowFailureInfo:10:failure.v1.ResetWorkflowFailureInfo
failure.v1.ResetWorkflowFailureInfo lastHeartbeatDetails:1:common.v1.Payloads
failure.v1.TimeoutFailureInfo lastHeartbeatDetails:2:common.v1.Payloads
history.v1.ActivityTaskCanceledEventAttributes details:1:common.v1.Payloads
history.v1.ActivityTaskCompletedEventAttributes result:1:common.v1.Payloads
history.v1.ActivityTaskFailedEventAttributes failure:1:failure.v1.Failure
history.v1.ActivityTaskScheduledEventAttributes header:5:common.v1.Header input:6:common.v1.Payloads
history.v1.ActivityTaskStartedEventAttributes lastFailure:5:failure.v1.Failure
history.v1.ActivityTaskTimedOutEventAttributes failure:1:failure.v1.Failure
history.v1.ChildWorkflowExecutionCanceledEventAttributes details:1:common.v1.Payloads
history.v1.ChildWorkflowExecutionCompletedEventAttributes result:1:common.v1.Payloads
history.v1.ChildWorkflowExecutionFailedEventAttributes failure:1:failure.v1.Failure
history.v1.ChildWorkflowExecutionStartedEventAttributes header:5:common.v1.Header
history.v1.History events:1:history.v1.HistoryEvent[]
history.v1.HistoryEvent userMetadata:301:sdk.v1.UserMetadata eventGroupMarkers:304:sdk.v1.EventGroupMarker[]
  workflowExecutionStartedEventAttributes:6:history.v1.WorkflowExecutionStartedEventAttributes
  workflowExecutionCompletedEventAttributes:7:history.v1.WorkflowExecutionCompletedEventAttributes
  workflowExecutionFailedEventAttributes:8:history.v1.WorkflowExecutionFailedEventAttributes
  workflowTaskFailedEventAttributes:14:history.v1.WorkflowTaskFailedEventAttributes
  activityTaskScheduledEventAttributes:15:history.v1.ActivityTaskScheduledEventAttributes
  activityTaskStartedEventAttributes:16:history.v1.ActivityTaskStartedEventAttributes
  activityTaskCompletedEventAttributes:17:history.v1.ActivityTaskCompletedEventAttributes
  activityTaskFailedEventAttributes:18:history.v1.ActivityTaskFailedEventAttributes
  activityTaskTimedOutEventAttributes:19:history.v1.ActivityTaskTimedOutEventAttributes
  activityTaskCanceledEventAttributes:23:history.v1.ActivityTaskCanceledEventAttributes
  markerRecordedEventAttributes:25:history.v1.MarkerRecordedEventAttributes
  workflowExecutionSignaledEventAttributes:26:history.v1.WorkflowExecutionSignaledEventAttributes
  workflowExecutionTerminatedEventAttributes:27:history.v1.WorkflowExecutionTerminatedEventAttributes
  workflowExecutionCanceledEventAttributes:29:history.v1.WorkflowExecutionCanceledEventAttributes
  workflowExecutionContinuedAsNewEventAttributes:33:history.v1.WorkflowExecutionContinuedAsNewEventAttributes
  startChildWorkflowExecutionInitiatedEventAttributes:34:history.v1.StartChildWorkflowExecutionInitiatedEventAttributes
  childWorkflowExecutionStartedEventAttributes:36:history.v1.ChildWorkflowExecutionStartedEventAttributes
  childWorkflowExecutionCompletedEventAttributes:37:history.v1.ChildWorkflowExecutionCompletedEventAttributes
  childWorkflowExecutionFailedEventAttributes:38:history.v1.ChildWorkflowExecutionFailedEventAttributes
  childWorkflowExecutionCanceledEventAttributes:39:history.v1.ChildWorkflowExecutionCanceledEventAttributes
  signalExternalWorkflowExecutionInitiatedEventAttributes:42:history.v1.SignalExternalWorkflowExecutionInitiatedEventAttributes
  upsertWorkflowSearchAttributesEventAttributes:45:history.v1.UpsertWorkflowSearchAttributesEventAttributes
  workflowExecutionUpdateAcceptedEventAttributes:46:history.v1.WorkflowExecutionUpdateAcceptedEventAttributes
  workflowExecutionUpdateRejectedEventAttributes:47:history.v1.WorkflowExecutionUpdateRejectedEventAttributes
  workflowExecutionUpdateCompletedEventAttributes:48:history.v1.WorkflowExecutionUpdateCompletedEventAttributes
  workflowPropertiesModifiedExternallyEventAttributes:49:history.v1.WorkflowPropertiesModifiedExternallyEventAttributes
  workflowPropertiesModifiedEventAttributes:51:history.v1.WorkflowPropertiesModifiedEventAttributes
  workflowExecutionUpdateAdmittedEventAttributes:52:history.v1.WorkflowExecutionUpdateAdmittedEventAttributes
  nexusOperationScheduledEventAttributes:53:history.v1.NexusOperationScheduledEventAttributes
  nexusOperationCompletedEventAttributes:55:history.v1.NexusOperationCompletedEventAttributes
  nexusOperationFailedEventAttributes:56:history.v1.NexusOperationFailedEventAttributes
  nexusOperationCanceledEventAttributes:57:history.v1.NexusOperationCanceledEventAttributes
  nexusOperationTimedOutEventAttributes:58:history.v1.NexusOperationTimedOutEventAttributes
  nexusOperationCancelRequestFailedEventAttributes:62:history.v1.NexusOperationCancelRequestFailedEventAttributes
history.v1.MarkerRecordedEventAttributes details:2:common.v1.Payloads{} header:4:common.v1.Header
  failure:5:failure.v1.Failure
history.v1.NexusOperationCancelRequestFailedEventAttributes failure:3:failure.v1.Failure
history.v1.NexusOperationCanceledEventAttributes failure:2:failure.v1.Failure
history.v1.NexusOperationCompletedEventAttributes result:2:common.v1.Payload
history.v1.NexusOperationFailedEventAttributes failure:2:failure.v1.Failure
history.v1.NexusOperationScheduledEventAttributes input:4:common.v1.Payload
history.v1.NexusOperationTimedOutEventAttributes failure:2:failure.v1.Failure
history.v1.SignalExternalWorkflowExecutionInitiatedEventAttributes input:5:common.v1.Payloads
  header:8:common.v1.Header
history.v1.StartChildWorkflowExecutionInitiatedEventAttributes input:5:common.v1.Payloads header:15:common.v1.Header
  memo:16:common.v1.Memo searchAttributes:17:common.v1.SearchAttributes
history.v1.UpsertWorkflowSearchAttributesEventAttributes searchAttributes:2:common.v1.SearchAttributes
history.v1.WorkflowExecutionCanceledEventAttributes details:2:common.v1.Payloads
history.v1.WorkflowExecutionCompletedEventAttributes result:1:common.v1.Payloads
history.v1.WorkflowExecutionContinuedAsNewEventAttributes input:4:common.v1.Payloads failure:10:failure.v1.Failure
  lastCompletionResult:11:common.v1.Payloads header:12:common.v1.Header memo:13:common.v1.Memo
  searchAttributes:14:common.v1.SearchAttributes
history.v1.WorkflowExecutionFailedEventAttributes failure:1:failure.v1.Failure
history.v1.WorkflowExecutionSignaledEventAttributes input:2:common.v1.Payloads header:4:common.v1.Header
history.v1.WorkflowExecutionStartedEventAttributes input:6:common.v1.Payloads continuedFailure:12:failure.v1.Failure
  lastCompletionResult:13:common.v1.Payloads memo:22:common.v1.Memo searchAttributes:23:common.v1.SearchAttributes
  header:25:common.v1.Header
history.v1.WorkflowExecutionTerminatedEventAttributes details:2:common.v1.Payloads
history.v1.WorkflowExecutionUpdateAcceptedEventAttributes acceptedRequest:4:update.v1.Request
history.v1.WorkflowExecutionUpdateAdmittedEventAttributes request:1:update.v1.Request
history.v1.WorkflowExecutionUpdateCompletedEventAttributes outcome:2:update.v1.Outcome
history.v1.WorkflowExecutionUpdateRejectedEventAttributes rejectedRequest:4:update.v1.Request
  failure:5:failure.v1.Failure
history.v1.WorkflowPropertiesModifiedEventAttributes upsertedMemo:2:common.v1.Memo
history.v1.WorkflowPropertiesModifiedExternallyEventAttributes upsertedMemo:5:common.v1.Memo
history.v1.WorkflowTaskFailedEventAttributes failure:4:failure.v1.Failure
nexus.v1.Endpoint spec:3:nexus.v1.EndpointSpec
nexus.v1.EndpointSpec description:2:common.v1.Payload
nexus.v1.NexusOperationExecutionCancellationInfo lastAttemptFailure:5:failure.v1.Failure
nexus.v1.NexusOperationExecutionInfo lastAttemptFailure:16:failure.v1.Failure
  cancellationInfo:19:nexus.v1.NexusOperationExecutionCancellationInfo searchAttributes:24:common.v1.SearchAttributes
  userMetadata:26:sdk.v1.UserMetadata
nexus.v1.NexusOperationExecutionListInfo searchAttributes:9:common.v1.SearchAttributes
nexus.v1.Request startOperation:3:nexus.v1.StartOperationRequest
nexus.v1.Response startOperation:1:nexus.v1.StartOperationResponse
nexus.v1.StartOperationRequest payload:5:common.v1.Payload
nexus.v1.StartOperationResponse syncSuccess:1:nexus.v1.StartOperationResponse.Sync failure:4:failure.v1.Failure
nexus.v1.StartOperationResponse.Sync payload:1:common.v1.Payload
nexusoperation.v1.CallbackInfo info:2:callback.v1.CallbackInfo
notificationservice.v1.OnCompleteRequest success:1:common.v1.Payload failure:2:failure.v1.Failure
  sourceContext:3:common.v1.Payload
operatorservice.v1.CreateNexusEndpointRequest spec:1:nexus.v1.EndpointSpec
operatorservice.v1.CreateNexusEndpointResponse endpoint:1:nexus.v1.Endpoint
operatorservice.v1.GetNexusEndpointResponse endpoint:1:nexus.v1.Endpoint
operatorservice.v1.ListNexusEndpointsResponse endpoints:2:nexus.v1.Endpoint[]
operatorservice.v1.UpdateNexusEndpointRequest spec:3:nexus.v1.EndpointSpec
operatorservice.v1.UpdateNexusEndpointResponse endpoint:1:nexus.v1.Endpoint
query.v1.WorkflowQuery queryArgs:2:common.v1.Payloads header:3:common.v1.Header
query.v1.WorkflowQueryResult answer:2:common.v1.Payloads failure:4:failure.v1.Failure
schedule.v1.Schedule action:2:schedule.v1.ScheduleAction
schedule.v1.ScheduleAction startWorkflow:1:workflow.v1.NewWorkflowExecutionInfo
schedule.v1.ScheduleListEntry memo:2:common.v1.Memo searchAttributes:3:common.v1.SearchAttributes
sdk.v1.EventGroupMarker label:1:sdk.v1.EventGroupMarker.Label
sdk.v1.EventGroupMarker.Label label:2:common.v1.Payload
sdk.v1.UserMetadata summary:1:common.v1.Payload details:2:common.v1.Payload
update.v1.Acceptance acceptedRequest:3:update.v1.Request
update.v1.Input header:1:common.v1.Header args:3:common.v1.Payloads
update.v1.Outcome success:1:common.v1.Payloads failure:2:failure.v1.Failure
update.v1.Rejection rejectedRequest:3:update.v1.Request failure:4:failure.v1.Failure
update.v1.Request input:2:update.v1.Input
update.v1.Response outcome:2:update.v1.Outcome
workflow.v1.CallbackInfo lastAttemptFailure:7:failure.v1.Failure
workflow.v1.NewWorkflowExecutionInfo input:4:common.v1.Payloads memo:11:common.v1.Memo
  searchAttributes:12:common.v1.SearchAttributes header:13:common.v1.Header userMetadata:14:sdk.v1.UserMetadata
workflow.v1.NexusOperationCancellationInfo lastAttemptFailure:5:failure.v1.Failure
workflow.v1.PendingActivityInfo heartbeatDetails:4:common.v1.Payloads lastFailure:11:failure.v1.Failure
workflow.v1.PendingNexusOperationInfo lastAttemptFailure:10:failure.v1.Failure
  cancellationInfo:12:workflow.v1.NexusOperationCancellationInfo
workflow.v1.PostResetOperation signalWorkflow:1:workflow.v1.PostResetOperation.SignalWorkflow
workflow.v1.PostResetOperation.SignalWorkflow input:2:common.v1.Payloads header:3:common.v1.Header
workflow.v1.WorkflowExecutionConfig userMetadata:5:sdk.v1.UserMetadata
workflow.v1.WorkflowExecutionInfo memo:10:common.v1.Memo searchAttributes:11:common.v1.SearchAttributes
workflowservice.v1.CountActivityExecutionsResponse
  groups:2:workflowservice.v1.CountActivityExecutionsResponse.AggregationGroup[]
workflowservice.v1.CountActivityExecutionsResponse.AggregationGroup groupValues:1:common.v1.Payload[]
workflowservice.v1.CountNexusOperationExecutionsResponse
  groups:2:workflowservice.v1.CountNexusOperationExecutionsResponse.AggregationGroup[]
workflowservice.v1.CountNexusOperationExecutionsResponse.AggregationGroup groupValues:1:common.v1.Payload[]
workflowservice.v1.CountSchedulesResponse groups:2:workflowservice.v1.CountSchedulesResponse.AggregationGroup[]
workflowservice.v1.CountSchedulesResponse.AggregationGroup groupValues:1:common.v1.Payload[]
workflowservice.v1.CountWorkflowExecutionsResponse
  groups:2:workflowservice.v1.CountWorkflowExecutionsResponse.AggregationGroup[]
workflowservice.v1.CountWorkflowExecutionsResponse.AggregationGroup groupValues:1:common.v1.Payload[]
workflowservice.v1.CreateScheduleRequest schedule:3:schedule.v1.Schedule memo:7:common.v1.Memo
  searchAttributes:8:common.v1.SearchAttributes
workflowservice.v1.CreateWorkerDeploymentVersionRequest computeConfig:4:compute.v1.ComputeConfig
workflowservice.v1.DescribeActivityExecutionResponse info:2:activity.v1.ActivityExecutionInfo
  input:3:common.v1.Payloads outcome:4:activity.v1.ActivityExecutionOutcome callbacks:6:activity.v1.CallbackInfo[]
workflowservice.v1.DescribeDeploymentResponse deploymentInfo:1:deployment.v1.DeploymentInfo
workflowservice.v1.DescribeNexusOperationExecutionResponse info:2:nexus.v1.NexusOperationExecutionInfo
  input:3:common.v1.Payload result:4:common.v1.Payload failure:5:failure.v1.Failure
  completionCallbacks:7:nexusoperation.v1.CallbackInfo[]
workflowservice.v1.DescribeScheduleResponse schedule:1:schedule.v1.Schedule memo:3:common.v1.Memo
  searchAttributes:4:common.v1.SearchAttributes
workflowservice.v1.DescribeWorkerDeploymentVersionResponse
  workerDeploymentVersionInfo:1:deployment.v1.WorkerDeploymentVersionInfo
workflowservice.v1.DescribeWorkflowExecutionResponse executionConfig:1:workflow.v1.WorkflowExecutionConfig
  workflowExecutionInfo:2:workflow.v1.WorkflowExecutionInfo pendingActivities:3:workflow.v1.PendingActivityInfo[]
  callbacks:6:workflow.v1.CallbackInfo[] pendingNexusOperations:7:workflow.v1.PendingNexusOperationInfo[]
workflowservice.v1.ExecuteMultiOperationRequest
  operations:2:workflowservice.v1.ExecuteMultiOperationRequest.Operation[]
workflowservice.v1.ExecuteMultiOperationRequest.Operation
  startWorkflow:1:workflowservice.v1.StartWorkflowExecutionRequest
  updateWorkflow:2:workflowservice.v1.UpdateWorkflowExecutionRequest
workflowservice.v1.ExecuteMultiOperationResponse
  responses:1:workflowservice.v1.ExecuteMultiOperationResponse.Response[]
workflowservice.v1.ExecuteMultiOperationResponse.Response
  startWorkflow:1:workflowservice.v1.StartWorkflowExecutionResponse
  updateWorkflow:2:workflowservice.v1.UpdateWorkflowExecutionResponse
workflowservice.v1.GetCurrentDeploymentResponse currentDeploymentInfo:1:deployment.v1.DeploymentInfo
workflowservice.v1.GetDeploymentReachabilityResponse deploymentInfo:1:deployment.v1.DeploymentInfo
workflowservice.v1.GetWorkflowExecutionHistoryResponse history:1:history.v1.History
workflowservice.v1.GetWorkflowExecutionHistoryReverseResponse history:1:history.v1.History
workflowservice.v1.ListActivityExecutionsResponse executions:1:activity.v1.ActivityExecutionListInfo[]
workflowservice.v1.ListArchivedWorkflowExecutionsResponse executions:1:workflow.v1.WorkflowExecutionInfo[]
workflowservice.v1.ListClosedWorkflowExecutionsResponse executions:1:workflow.v1.WorkflowExecutionInfo[]
workflowservice.v1.ListNexusOperationExecutionsResponse operations:1:nexus.v1.NexusOperationExecutionListInfo[]
workflowservice.v1.ListOpenWorkflowExecutionsResponse executions:1:workflow.v1.WorkflowExecutionInfo[]
workflowservice.v1.ListSchedulesResponse schedules:1:schedule.v1.ScheduleListEntry[]
workflowservice.v1.ListWorkflowExecutionsResponse executions:1:workflow.v1.WorkflowExecutionInfo[]
workflowservice.v1.PollActivityExecutionResponse outcome:2:activity.v1.ActivityExecutionOutcome
workflowservice.v1.PollActivityTaskQueueResponse header:7:common.v1.Header input:8:common.v1.Payloads
  heartbeatDetails:9:common.v1.Payloads
workflowservice.v1.PollNexusOperationExecutionResponse result:4:common.v1.Payload failure:5:failure.v1.Failure
workflowservice.v1.PollNexusTaskQueueResponse request:2:nexus.v1.Request
workflowservice.v1.PollWorkflowExecutionUpdateResponse outcome:1:update.v1.Outcome
workflowservice.v1.PollWorkflowTaskQueueResponse history:8:history.v1.History query:10:query.v1.WorkflowQuery
  queries:14:query.v1.WorkflowQuery{}
workflowservice.v1.QueryWorkflowRequest query:3:query.v1.WorkflowQuery
workflowservice.v1.QueryWorkflowResponse queryResult:1:common.v1.Payloads
workflowservice.v1.RecordActivityTaskHeartbeatByIdRequest details:5:common.v1.Payloads
workflowservice.v1.RecordActivityTaskHeartbeatRequest details:2:common.v1.Payloads
workflowservice.v1.ResetWorkflowExecutionRequest postResetOperations:8:workflow.v1.PostResetOperation[]
workflowservice.v1.RespondActivityTaskCanceledByIdRequest details:5:common.v1.Payloads
workflowservice.v1.RespondActivityTaskCanceledRequest details:2:common.v1.Payloads
workflowservice.v1.RespondActivityTaskCompletedByIdRequest result:5:common.v1.Payloads
workflowservice.v1.RespondActivityTaskCompletedRequest result:2:common.v1.Payloads
workflowservice.v1.RespondActivityTaskFailedByIdRequest failure:5:failure.v1.Failure
  lastHeartbeatDetails:7:common.v1.Payloads
workflowservice.v1.RespondActivityTaskFailedByIdResponse failures:1:failure.v1.Failure[]
workflowservice.v1.RespondActivityTaskFailedRequest failure:2:failure.v1.Failure
  lastHeartbeatDetails:5:common.v1.Payloads
workflowservice.v1.RespondActivityTaskFailedResponse failures:1:failure.v1.Failure[]
workflowservice.v1.RespondNexusTaskCompletedRequest response:4:nexus.v1.Response
workflowservice.v1.RespondNexusTaskFailedRequest failure:5:failure.v1.Failure
workflowservice.v1.RespondQueryTaskCompletedRequest queryResult:3:common.v1.Payloads failure:7:failure.v1.Failure
workflowservice.v1.RespondWorkflowTaskCompletedRequest commands:2:command.v1.Command[]
  queryResults:8:query.v1.WorkflowQueryResult{}
workflowservice.v1.RespondWorkflowTaskCompletedResponse
  workflowTask:1:workflowservice.v1.PollWorkflowTaskQueueResponse
  activityTasks:2:workflowservice.v1.PollActivityTaskQueueResponse[]
workflowservice.v1.RespondWorkflowTaskFailedRequest failure:3:failure.v1.Failure
workflowservice.v1.ScanWorkflowExecutionsResponse executions:1:workflow.v1.WorkflowExecutionInfo[]
workflowservice.v1.SetCurrentDeploymentRequest updateMetadata:4:deployment.v1.UpdateDeploymentMetadata
workflowservice.v1.SetCurrentDeploymentResponse currentDeploymentInfo:1:deployment.v1.DeploymentInfo
  previousDeploymentInfo:2:deployment.v1.DeploymentInfo
workflowservice.v1.SignalWithStartWorkflowExecutionRequest input:5:common.v1.Payloads
  signalInput:13:common.v1.Payloads memo:17:common.v1.Memo searchAttributes:18:common.v1.SearchAttributes
  header:19:common.v1.Header userMetadata:23:sdk.v1.UserMetadata
workflowservice.v1.SignalWorkflowExecutionRequest input:4:common.v1.Payloads header:8:common.v1.Header
workflowservice.v1.StartActivityExecutionRequest input:12:common.v1.Payloads
  searchAttributes:15:common.v1.SearchAttributes header:16:common.v1.Header userMetadata:17:sdk.v1.UserMetadata
workflowservice.v1.StartActivityExecutionResponse eagerActivityTask:4:workflowservice.v1.PollActivityTaskQueueResponse
workflowservice.v1.StartBatchOperationRequest terminationOperation:10:batch.v1.BatchOperationTermination
  signalOperation:11:batch.v1.BatchOperationSignal resetOperation:14:batch.v1.BatchOperationReset
workflowservice.v1.StartNexusOperationExecutionRequest input:11:common.v1.Payload
  searchAttributes:14:common.v1.SearchAttributes userMetadata:16:sdk.v1.UserMetadata
  completionCallbacks:18:common.v1.Callback[]
workflowservice.v1.StartWorkflowExecutionRequest input:5:common.v1.Payloads memo:14:common.v1.Memo
  searchAttributes:15:common.v1.SearchAttributes header:16:common.v1.Header continuedFailure:18:failure.v1.Failure
  lastCompletionResult:19:common.v1.Payloads userMetadata:23:sdk.v1.UserMetadata
workflowservice.v1.StartWorkflowExecutionResponse eagerWorkflowTask:2:workflowservice.v1.PollWorkflowTaskQueueResponse
workflowservice.v1.TerminateWorkflowExecutionRequest details:4:common.v1.Payloads
workflowservice.v1.UpdateScheduleRequest schedule:3:schedule.v1.Schedule searchAttributes:7:common.v1.SearchAttributes
  memo:8:common.v1.Memo
workflowservice.v1.UpdateWorkerDeploymentVersionComputeConfigRequest
  computeConfigScalingGroups:6:compute.v1.ComputeConfigScalingGroupUpdate{}
workflowservice.v1.UpdateWorkerDeploymentVersionMetadataRequest upsertEntries:3:common.v1.Payload{}
workflowservice.v1.UpdateWorkerDeploymentVersionMetadataResponse metadata:1:deployment.v1.VersionMetadata
workflowservice.v1.UpdateWorkflowExecutionRequest request:5:update.v1.Request
workflowservice.v1.UpdateWorkflowExecutionResponse outcome:2:update.v1.Outcome
workflowservice.v1.ValidateWorkerDeploymentVersionComputeConfigRequest
  computeConfigScalingGroups:6:compute.v1.ComputeConfigScalingGroupUpdate{}
`;
