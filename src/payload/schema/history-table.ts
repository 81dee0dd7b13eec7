/**
 * Every message of which a history or a Cloud export may consist, whole: `message field:number:type`, `[]` repeated, `{}` a
 * map from string, `|name` a member of that oneof. Read off the protocol's own descriptors (@temporalio/proto 1.24.0) and
 * off the Go API 1.64.1, which is ahead of them; a test compares it with them and tells what is newer. An indented line goes
 * on with the message above it.
 */
export const historyTable = `
activity.v1.ActivityExecutionInfo activityId:1:string runId:2:string activityType:3:common.v1.ActivityType
  status:4:enums.v1.ActivityExecutionStatus runState:5:enums.v1.PendingActivityState taskQueue:6:string
  scheduleToCloseTimeout:7:Duration scheduleToStartTimeout:8:Duration startToCloseTimeout:9:Duration
  heartbeatTimeout:10:Duration retryPolicy:11:common.v1.RetryPolicy heartbeatDetails:12:common.v1.Payloads
  lastHeartbeatTime:13:Timestamp lastStartedTime:14:Timestamp attempt:15:int32 executionDuration:16:Duration
  scheduleTime:17:Timestamp expirationTime:18:Timestamp closeTime:19:Timestamp lastFailure:20:failure.v1.Failure
  lastWorkerIdentity:21:string currentRetryInterval:22:Duration lastAttemptCompleteTime:23:Timestamp
  nextAttemptScheduleTime:24:Timestamp lastDeploymentVersion:25:deployment.v1.WorkerDeploymentVersion
  priority:26:common.v1.Priority stateTransitionCount:27:int64 stateSizeBytes:28:int64
  searchAttributes:29:common.v1.SearchAttributes header:30:common.v1.Header userMetadata:31:sdk.v1.UserMetadata
  canceledReason:32:string links:33:common.v1.Link[] totalHeartbeatCount:34:int64 sdkName:35:string sdkVersion:36:string
  startDelay:37:Duration executionTime:38:Timestamp
  propagatedNexusSerializationContext:39:nexus.v1.PropagatedSerializationContext eagerExecutionAccepted:40:bool
  startedByPrincipal:41:common.v1.ResolvedPrincipal closedByPrincipal:42:common.v1.ResolvedPrincipal
  lastWorkerPrincipal:43:common.v1.ResolvedPrincipal
activity.v1.ActivityExecutionOutcome result:1:common.v1.Payloads|value failure:2:failure.v1.Failure|value
  retryState:3:enums.v1.RetryState
activity.v1.CallbackInfo trigger:1:activity.v1.CallbackInfo.Trigger info:2:callback.v1.CallbackInfo
activity.v1.CallbackInfo.Trigger activityClosed:1:activity.v1.CallbackInfo.ActivityClosed|variant
callback.v1.CallbackInfo callback:1:common.v1.Callback registrationTime:2:Timestamp state:3:enums.v1.CallbackState
  attempt:4:int32 lastAttemptCompleteTime:5:Timestamp lastAttemptFailure:6:failure.v1.Failure
  nextAttemptScheduleTime:7:Timestamp blockedReason:8:string requestId:9:string
common.v1.ActivityType name:1:string
common.v1.Callback nexus:2:common.v1.Callback.Nexus|variant internal:3:common.v1.Callback.Internal|variant
  links:100:common.v1.Link[] nexusHandler:4:common.v1.Callback.NexusHandler|variant
common.v1.Callback.Internal data:1:bytes
common.v1.Callback.Nexus url:1:string header:2:string{}
common.v1.Callback.NexusHandler taskQueueName:1:string service:2:string operation:3:string
  sourceContext:4:common.v1.Payload
common.v1.DataBlob encodingType:1:enums.v1.EncodingType data:2:bytes
common.v1.Execution type:1:enums.v1.ExecutionType businessId:2:string runId:3:string
common.v1.FastForwardConfig id:1:string duration:2:Duration
common.v1.Header fields:1:common.v1.Payload{}
common.v1.Link workflowEvent:1:common.v1.Link.WorkflowEvent|variant batchJob:2:common.v1.Link.BatchJob|variant
  activity:3:common.v1.Link.Activity|variant nexusOperation:4:common.v1.Link.NexusOperation|variant
  workflow:5:common.v1.Link.Workflow|variant callback:6:common.v1.Link.Callback|variant
common.v1.Link.Activity namespace:1:string activityId:2:string runId:3:string
common.v1.Link.BatchJob jobId:1:string
common.v1.Link.Callback namespace:1:string execution:2:common.v1.Execution componentPath:3:string[] requestId:4:string
common.v1.Link.NexusOperation namespace:1:string operationId:2:string runId:3:string
common.v1.Link.Workflow namespace:1:string workflowId:2:string runId:3:string reason:4:string
common.v1.Link.WorkflowEvent namespace:1:string workflowId:2:string runId:3:string
  eventRef:100:common.v1.Link.WorkflowEvent.EventReference|reference
  requestIdRef:101:common.v1.Link.WorkflowEvent.RequestIdReference|reference
common.v1.Link.WorkflowEvent.EventReference eventId:1:int64 eventType:2:enums.v1.EventType
common.v1.Link.WorkflowEvent.RequestIdReference requestId:1:string eventType:2:enums.v1.EventType
common.v1.Memo fields:1:common.v1.Payload{}
common.v1.MeteringMetadata nonfirstLocalActivityExecutionAttempts:13:uint32
common.v1.Payload.ExternalPayloadDetails sizeBytes:1:int64
common.v1.Payloads payloads:1:common.v1.Payload[]
common.v1.Principal type:1:string name:2:string
common.v1.Priority priorityKey:1:int32 fairnessKey:2:string fairnessWeight:3:float
common.v1.ResolvedPrincipal type:1:string nameAtWriteTime:2:string
common.v1.RetryPolicy initialInterval:1:Duration backoffCoefficient:2:double maximumInterval:3:Duration
  maximumAttempts:4:int32 nonRetryableErrorTypes:5:string[]
common.v1.SearchAttributes indexedFields:1:common.v1.Payload{}
common.v1.TimeSkippingConfig enabled:1:bool fastForwardConfig:2:common.v1.FastForwardConfig disablePropagation:3:bool
  maxSessionSkipCount:4:int32
common.v1.TimeSkippingStatePropagation initialSkippedDuration:1:Duration fastForwardTargetTime:2:Timestamp
  initialSkipCount:3:int32
common.v1.WorkerVersionStamp buildId:1:string useVersioning:3:bool
common.v1.WorkflowExecution workflowId:1:string runId:2:string
common.v1.WorkflowType name:1:string
deployment.v1.Deployment seriesName:1:string buildId:2:string
deployment.v1.InheritedAutoUpgradeInfo sourceDeploymentVersion:1:deployment.v1.WorkerDeploymentVersion
  sourceDeploymentRevisionNumber:2:int64
  continueAsNewInitialVersioningBehavior:3:enums.v1.ContinueAsNewVersioningBehavior
deployment.v1.WorkerDeploymentVersion buildId:1:string deploymentName:2:string
export.v1.ActivityExecution activity:1:workflowservice.v1.DescribeActivityExecutionResponse
export.v1.ExportedExecutions workflows:1:export.v1.WorkflowExecution[] activities:2:export.v1.ActivityExecution[]
export.v1.WorkflowExecution history:1:history.v1.History
export.v1.WorkflowExecutions items:1:export.v1.WorkflowExecution[]
failure.v1.ActivityFailureInfo scheduledEventId:1:int64 startedEventId:2:int64 identity:3:string
  activityType:4:common.v1.ActivityType activityId:5:string retryState:6:enums.v1.RetryState
failure.v1.ApplicationFailureInfo type:1:string nonRetryable:2:bool details:3:common.v1.Payloads
  nextRetryDelay:4:Duration category:5:enums.v1.ApplicationErrorCategory
failure.v1.CanceledFailureInfo details:1:common.v1.Payloads identity:2:string
failure.v1.ChildWorkflowExecutionFailureInfo namespace:1:string workflowExecution:2:common.v1.WorkflowExecution
  workflowType:3:common.v1.WorkflowType initiatedEventId:4:int64 startedEventId:5:int64 retryState:6:enums.v1.RetryState
failure.v1.Failure message:1:string source:2:string stackTrace:3:string encodedAttributes:20:common.v1.Payload
  cause:4:failure.v1.Failure applicationFailureInfo:5:failure.v1.ApplicationFailureInfo|failureInfo
  timeoutFailureInfo:6:failure.v1.TimeoutFailureInfo|failureInfo
  canceledFailureInfo:7:failure.v1.CanceledFailureInfo|failureInfo
  terminatedFailureInfo:8:failure.v1.TerminatedFailureInfo|failureInfo
  serverFailureInfo:9:failure.v1.ServerFailureInfo|failureInfo
  resetWorkflowFailureInfo:10:failure.v1.ResetWorkflowFailureInfo|failureInfo
  activityFailureInfo:11:failure.v1.ActivityFailureInfo|failureInfo
  childWorkflowExecutionFailureInfo:12:failure.v1.ChildWorkflowExecutionFailureInfo|failureInfo
  nexusOperationExecutionFailureInfo:13:failure.v1.NexusOperationFailureInfo|failureInfo
  nexusHandlerFailureInfo:14:failure.v1.NexusHandlerFailureInfo|failureInfo
failure.v1.NexusHandlerFailureInfo type:1:string retryBehavior:2:enums.v1.NexusHandlerErrorRetryBehavior
failure.v1.NexusOperationFailureInfo scheduledEventId:1:int64 endpoint:2:string service:3:string operation:4:string
  operationId:5:string operationToken:6:string
failure.v1.ResetWorkflowFailureInfo lastHeartbeatDetails:1:common.v1.Payloads
failure.v1.ServerFailureInfo nonRetryable:1:bool
failure.v1.TerminatedFailureInfo identity:1:string
failure.v1.TimeoutFailureInfo timeoutType:1:enums.v1.TimeoutType lastHeartbeatDetails:2:common.v1.Payloads
history.v1.ActivityPropertiesModifiedExternallyEventAttributes scheduledEventId:1:int64
  newRetryPolicy:2:common.v1.RetryPolicy
history.v1.ActivityTaskCancelRequestedEventAttributes scheduledEventId:1:int64 workflowTaskCompletedEventId:2:int64
history.v1.ActivityTaskCanceledEventAttributes details:1:common.v1.Payloads latestCancelRequestedEventId:2:int64
  scheduledEventId:3:int64 startedEventId:4:int64 identity:5:string workerVersion:6:common.v1.WorkerVersionStamp
history.v1.ActivityTaskCompletedEventAttributes result:1:common.v1.Payloads scheduledEventId:2:int64
  startedEventId:3:int64 identity:4:string workerVersion:5:common.v1.WorkerVersionStamp
history.v1.ActivityTaskFailedEventAttributes failure:1:failure.v1.Failure scheduledEventId:2:int64
  startedEventId:3:int64 identity:4:string retryState:5:enums.v1.RetryState workerVersion:6:common.v1.WorkerVersionStamp
  cause:7:enums.v1.ActivityTaskFailedCause
history.v1.ActivityTaskScheduledEventAttributes activityId:1:string activityType:2:common.v1.ActivityType
  taskQueue:4:taskqueue.v1.TaskQueue header:5:common.v1.Header input:6:common.v1.Payloads
  scheduleToCloseTimeout:7:Duration scheduleToStartTimeout:8:Duration startToCloseTimeout:9:Duration
  heartbeatTimeout:10:Duration workflowTaskCompletedEventId:11:int64 retryPolicy:12:common.v1.RetryPolicy
  useWorkflowBuildId:13:bool priority:14:common.v1.Priority
history.v1.ActivityTaskStartedEventAttributes scheduledEventId:1:int64 identity:2:string requestId:3:string
  attempt:4:int32 lastFailure:5:failure.v1.Failure workerVersion:6:common.v1.WorkerVersionStamp
  buildIdRedirectCounter:7:int64
history.v1.ActivityTaskTimedOutEventAttributes failure:1:failure.v1.Failure scheduledEventId:2:int64
  startedEventId:3:int64 retryState:4:enums.v1.RetryState
history.v1.ChildWorkflowExecutionCanceledEventAttributes details:1:common.v1.Payloads namespace:2:string
  namespaceId:7:string workflowExecution:3:common.v1.WorkflowExecution workflowType:4:common.v1.WorkflowType
  initiatedEventId:5:int64 startedEventId:6:int64
history.v1.ChildWorkflowExecutionCompletedEventAttributes result:1:common.v1.Payloads namespace:2:string
  namespaceId:7:string workflowExecution:3:common.v1.WorkflowExecution workflowType:4:common.v1.WorkflowType
  initiatedEventId:5:int64 startedEventId:6:int64
history.v1.ChildWorkflowExecutionFailedEventAttributes failure:1:failure.v1.Failure namespace:2:string
  namespaceId:8:string workflowExecution:3:common.v1.WorkflowExecution workflowType:4:common.v1.WorkflowType
  initiatedEventId:5:int64 startedEventId:6:int64 retryState:7:enums.v1.RetryState
history.v1.ChildWorkflowExecutionStartedEventAttributes namespace:1:string namespaceId:6:string initiatedEventId:2:int64
  workflowExecution:3:common.v1.WorkflowExecution workflowType:4:common.v1.WorkflowType header:5:common.v1.Header
history.v1.ChildWorkflowExecutionTerminatedEventAttributes namespace:1:string namespaceId:6:string
  workflowExecution:2:common.v1.WorkflowExecution workflowType:3:common.v1.WorkflowType initiatedEventId:4:int64
  startedEventId:5:int64
history.v1.ChildWorkflowExecutionTimedOutEventAttributes namespace:1:string namespaceId:7:string
  workflowExecution:2:common.v1.WorkflowExecution workflowType:3:common.v1.WorkflowType initiatedEventId:4:int64
  startedEventId:5:int64 retryState:6:enums.v1.RetryState
history.v1.DeclinedTargetVersionUpgrade deploymentVersion:1:deployment.v1.WorkerDeploymentVersion revisionNumber:2:int64
history.v1.ExternalWorkflowExecutionCancelRequestedEventAttributes initiatedEventId:1:int64 namespace:2:string
  namespaceId:4:string workflowExecution:3:common.v1.WorkflowExecution
history.v1.ExternalWorkflowExecutionSignaledEventAttributes initiatedEventId:1:int64 namespace:2:string
  namespaceId:5:string workflowExecution:3:common.v1.WorkflowExecution control:4:string
history.v1.History events:1:history.v1.HistoryEvent[]
history.v1.HistoryEvent eventId:1:int64 eventTime:2:Timestamp eventType:3:enums.v1.EventType version:4:int64
  taskId:5:int64 workerMayIgnore:300:bool userMetadata:301:sdk.v1.UserMetadata links:302:common.v1.Link[]
  principal:303:common.v1.Principal eventGroupMarkers:304:sdk.v1.EventGroupMarker[]
  workflowExecutionStartedEventAttributes:6:history.v1.WorkflowExecutionStartedEventAttributes|attributes
  workflowExecutionCompletedEventAttributes:7:history.v1.WorkflowExecutionCompletedEventAttributes|attributes
  workflowExecutionFailedEventAttributes:8:history.v1.WorkflowExecutionFailedEventAttributes|attributes
  workflowExecutionTimedOutEventAttributes:9:history.v1.WorkflowExecutionTimedOutEventAttributes|attributes
  workflowTaskScheduledEventAttributes:10:history.v1.WorkflowTaskScheduledEventAttributes|attributes
  workflowTaskStartedEventAttributes:11:history.v1.WorkflowTaskStartedEventAttributes|attributes
  workflowTaskCompletedEventAttributes:12:history.v1.WorkflowTaskCompletedEventAttributes|attributes
  workflowTaskTimedOutEventAttributes:13:history.v1.WorkflowTaskTimedOutEventAttributes|attributes
  workflowTaskFailedEventAttributes:14:history.v1.WorkflowTaskFailedEventAttributes|attributes
  activityTaskScheduledEventAttributes:15:history.v1.ActivityTaskScheduledEventAttributes|attributes
  activityTaskStartedEventAttributes:16:history.v1.ActivityTaskStartedEventAttributes|attributes
  activityTaskCompletedEventAttributes:17:history.v1.ActivityTaskCompletedEventAttributes|attributes
  activityTaskFailedEventAttributes:18:history.v1.ActivityTaskFailedEventAttributes|attributes
  activityTaskTimedOutEventAttributes:19:history.v1.ActivityTaskTimedOutEventAttributes|attributes
  timerStartedEventAttributes:20:history.v1.TimerStartedEventAttributes|attributes
  timerFiredEventAttributes:21:history.v1.TimerFiredEventAttributes|attributes
  activityTaskCancelRequestedEventAttributes:22:history.v1.ActivityTaskCancelRequestedEventAttributes|attributes
  activityTaskCanceledEventAttributes:23:history.v1.ActivityTaskCanceledEventAttributes|attributes
  timerCanceledEventAttributes:24:history.v1.TimerCanceledEventAttributes|attributes
  markerRecordedEventAttributes:25:history.v1.MarkerRecordedEventAttributes|attributes
  workflowExecutionSignaledEventAttributes:26:history.v1.WorkflowExecutionSignaledEventAttributes|attributes
  workflowExecutionTerminatedEventAttributes:27:history.v1.WorkflowExecutionTerminatedEventAttributes|attributes
  workflowExecutionCancelRequestedEventAttributes:28:history.v1.WorkflowExecutionCancelRequestedEventAttributes|attributes
  workflowExecutionCanceledEventAttributes:29:history.v1.WorkflowExecutionCanceledEventAttributes|attributes
  requestCancelExternalWorkflowExecutionInitiatedEventAttributes:30:history.v1.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes|attributes
  requestCancelExternalWorkflowExecutionFailedEventAttributes:31:history.v1.RequestCancelExternalWorkflowExecutionFailedEventAttributes|attributes
  externalWorkflowExecutionCancelRequestedEventAttributes:32:history.v1.ExternalWorkflowExecutionCancelRequestedEventAttributes|attributes
  workflowExecutionContinuedAsNewEventAttributes:33:history.v1.WorkflowExecutionContinuedAsNewEventAttributes|attributes
  startChildWorkflowExecutionInitiatedEventAttributes:34:history.v1.StartChildWorkflowExecutionInitiatedEventAttributes|attributes
  startChildWorkflowExecutionFailedEventAttributes:35:history.v1.StartChildWorkflowExecutionFailedEventAttributes|attributes
  childWorkflowExecutionStartedEventAttributes:36:history.v1.ChildWorkflowExecutionStartedEventAttributes|attributes
  childWorkflowExecutionCompletedEventAttributes:37:history.v1.ChildWorkflowExecutionCompletedEventAttributes|attributes
  childWorkflowExecutionFailedEventAttributes:38:history.v1.ChildWorkflowExecutionFailedEventAttributes|attributes
  childWorkflowExecutionCanceledEventAttributes:39:history.v1.ChildWorkflowExecutionCanceledEventAttributes|attributes
  childWorkflowExecutionTimedOutEventAttributes:40:history.v1.ChildWorkflowExecutionTimedOutEventAttributes|attributes
  childWorkflowExecutionTerminatedEventAttributes:41:history.v1.ChildWorkflowExecutionTerminatedEventAttributes|attributes
  signalExternalWorkflowExecutionInitiatedEventAttributes:42:history.v1.SignalExternalWorkflowExecutionInitiatedEventAttributes|attributes
  signalExternalWorkflowExecutionFailedEventAttributes:43:history.v1.SignalExternalWorkflowExecutionFailedEventAttributes|attributes
  externalWorkflowExecutionSignaledEventAttributes:44:history.v1.ExternalWorkflowExecutionSignaledEventAttributes|attributes
  upsertWorkflowSearchAttributesEventAttributes:45:history.v1.UpsertWorkflowSearchAttributesEventAttributes|attributes
  workflowExecutionUpdateAcceptedEventAttributes:46:history.v1.WorkflowExecutionUpdateAcceptedEventAttributes|attributes
  workflowExecutionUpdateRejectedEventAttributes:47:history.v1.WorkflowExecutionUpdateRejectedEventAttributes|attributes
  workflowExecutionUpdateCompletedEventAttributes:48:history.v1.WorkflowExecutionUpdateCompletedEventAttributes|attributes
  workflowPropertiesModifiedExternallyEventAttributes:49:history.v1.WorkflowPropertiesModifiedExternallyEventAttributes|attributes
  activityPropertiesModifiedExternallyEventAttributes:50:history.v1.ActivityPropertiesModifiedExternallyEventAttributes|attributes
  workflowPropertiesModifiedEventAttributes:51:history.v1.WorkflowPropertiesModifiedEventAttributes|attributes
  workflowExecutionUpdateAdmittedEventAttributes:52:history.v1.WorkflowExecutionUpdateAdmittedEventAttributes|attributes
  nexusOperationScheduledEventAttributes:53:history.v1.NexusOperationScheduledEventAttributes|attributes
  nexusOperationStartedEventAttributes:54:history.v1.NexusOperationStartedEventAttributes|attributes
  nexusOperationCompletedEventAttributes:55:history.v1.NexusOperationCompletedEventAttributes|attributes
  nexusOperationFailedEventAttributes:56:history.v1.NexusOperationFailedEventAttributes|attributes
  nexusOperationCanceledEventAttributes:57:history.v1.NexusOperationCanceledEventAttributes|attributes
  nexusOperationTimedOutEventAttributes:58:history.v1.NexusOperationTimedOutEventAttributes|attributes
  nexusOperationCancelRequestedEventAttributes:59:history.v1.NexusOperationCancelRequestedEventAttributes|attributes
  workflowExecutionOptionsUpdatedEventAttributes:60:history.v1.WorkflowExecutionOptionsUpdatedEventAttributes|attributes
  nexusOperationCancelRequestCompletedEventAttributes:61:history.v1.NexusOperationCancelRequestCompletedEventAttributes|attributes
  nexusOperationCancelRequestFailedEventAttributes:62:history.v1.NexusOperationCancelRequestFailedEventAttributes|attributes
  workflowExecutionPausedEventAttributes:63:history.v1.WorkflowExecutionPausedEventAttributes|attributes
  workflowExecutionUnpausedEventAttributes:64:history.v1.WorkflowExecutionUnpausedEventAttributes|attributes
  workflowExecutionTimeSkippingTransitionedEventAttributes:65:history.v1.WorkflowExecutionTimeSkippingTransitionedEventAttributes|attributes
history.v1.MarkerRecordedEventAttributes markerName:1:string details:2:common.v1.Payloads{}
  workflowTaskCompletedEventId:3:int64 header:4:common.v1.Header failure:5:failure.v1.Failure
history.v1.NexusOperationCancelRequestCompletedEventAttributes requestedEventId:1:int64
  workflowTaskCompletedEventId:2:int64 scheduledEventId:3:int64
history.v1.NexusOperationCancelRequestFailedEventAttributes requestedEventId:1:int64
  workflowTaskCompletedEventId:2:int64 failure:3:failure.v1.Failure scheduledEventId:4:int64
history.v1.NexusOperationCancelRequestedEventAttributes scheduledEventId:1:int64 workflowTaskCompletedEventId:2:int64
history.v1.NexusOperationCanceledEventAttributes scheduledEventId:1:int64 failure:2:failure.v1.Failure
  requestId:3:string
history.v1.NexusOperationCompletedEventAttributes scheduledEventId:1:int64 result:2:common.v1.Payload requestId:3:string
history.v1.NexusOperationFailedEventAttributes scheduledEventId:1:int64 failure:2:failure.v1.Failure requestId:3:string
history.v1.NexusOperationScheduledEventAttributes endpoint:1:string service:2:string operation:3:string
  input:4:common.v1.Payload scheduleToCloseTimeout:5:Duration nexusHeader:6:string{}
  workflowTaskCompletedEventId:7:int64 requestId:8:string endpointId:9:string scheduleToStartTimeout:10:Duration
  startToCloseTimeout:11:Duration
history.v1.NexusOperationStartedEventAttributes scheduledEventId:1:int64 operationId:3:string requestId:4:string
  operationToken:5:string
history.v1.NexusOperationTimedOutEventAttributes scheduledEventId:1:int64 failure:2:failure.v1.Failure
  requestId:3:string
history.v1.RequestCancelExternalWorkflowExecutionFailedEventAttributes
  cause:1:enums.v1.CancelExternalWorkflowExecutionFailedCause workflowTaskCompletedEventId:2:int64 namespace:3:string
  namespaceId:7:string workflowExecution:4:common.v1.WorkflowExecution initiatedEventId:5:int64 control:6:string
history.v1.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes workflowTaskCompletedEventId:1:int64
  namespace:2:string namespaceId:7:string workflowExecution:3:common.v1.WorkflowExecution control:4:string
  childWorkflowOnly:5:bool reason:6:string
history.v1.SignalExternalWorkflowExecutionFailedEventAttributes
  cause:1:enums.v1.SignalExternalWorkflowExecutionFailedCause workflowTaskCompletedEventId:2:int64 namespace:3:string
  namespaceId:7:string workflowExecution:4:common.v1.WorkflowExecution initiatedEventId:5:int64 control:6:string
history.v1.SignalExternalWorkflowExecutionInitiatedEventAttributes workflowTaskCompletedEventId:1:int64
  namespace:2:string namespaceId:9:string workflowExecution:3:common.v1.WorkflowExecution signalName:4:string
  input:5:common.v1.Payloads control:6:string childWorkflowOnly:7:bool header:8:common.v1.Header
history.v1.StartChildWorkflowExecutionFailedEventAttributes namespace:1:string namespaceId:8:string workflowId:2:string
  workflowType:3:common.v1.WorkflowType cause:4:enums.v1.StartChildWorkflowExecutionFailedCause control:5:string
  initiatedEventId:6:int64 workflowTaskCompletedEventId:7:int64
history.v1.StartChildWorkflowExecutionInitiatedEventAttributes namespace:1:string namespaceId:18:string
  workflowId:2:string workflowType:3:common.v1.WorkflowType taskQueue:4:taskqueue.v1.TaskQueue
  input:5:common.v1.Payloads workflowExecutionTimeout:6:Duration workflowRunTimeout:7:Duration
  workflowTaskTimeout:8:Duration parentClosePolicy:9:enums.v1.ParentClosePolicy control:10:string
  workflowTaskCompletedEventId:11:int64 workflowIdReusePolicy:12:enums.v1.WorkflowIdReusePolicy
  retryPolicy:13:common.v1.RetryPolicy cronSchedule:14:string header:15:common.v1.Header memo:16:common.v1.Memo
  searchAttributes:17:common.v1.SearchAttributes inheritBuildId:19:bool priority:20:common.v1.Priority
  timeSkippingConfig:21:common.v1.TimeSkippingConfig
  timeSkippingStatePropagation:23:common.v1.TimeSkippingStatePropagation
  versioningOverride:24:workflow.v1.VersioningOverride
history.v1.TimerCanceledEventAttributes timerId:1:string startedEventId:2:int64 workflowTaskCompletedEventId:3:int64
  identity:4:string
history.v1.TimerFiredEventAttributes timerId:1:string startedEventId:2:int64
history.v1.TimerStartedEventAttributes timerId:1:string startToFireTimeout:2:Duration
  workflowTaskCompletedEventId:3:int64
history.v1.UpsertWorkflowSearchAttributesEventAttributes workflowTaskCompletedEventId:1:int64
  searchAttributes:2:common.v1.SearchAttributes
history.v1.WorkflowExecutionCancelRequestedEventAttributes cause:1:string externalInitiatedEventId:2:int64
  externalWorkflowExecution:3:common.v1.WorkflowExecution identity:4:string
history.v1.WorkflowExecutionCanceledEventAttributes workflowTaskCompletedEventId:1:int64 details:2:common.v1.Payloads
history.v1.WorkflowExecutionCompletedEventAttributes result:1:common.v1.Payloads workflowTaskCompletedEventId:2:int64
  newExecutionRunId:3:string
history.v1.WorkflowExecutionContinuedAsNewEventAttributes newExecutionRunId:1:string
  workflowType:2:common.v1.WorkflowType taskQueue:3:taskqueue.v1.TaskQueue input:4:common.v1.Payloads
  workflowRunTimeout:5:Duration workflowTaskTimeout:6:Duration workflowTaskCompletedEventId:7:int64
  backoffStartInterval:8:Duration initiator:9:enums.v1.ContinueAsNewInitiator failure:10:failure.v1.Failure
  lastCompletionResult:11:common.v1.Payloads header:12:common.v1.Header memo:13:common.v1.Memo
  searchAttributes:14:common.v1.SearchAttributes inheritBuildId:15:bool
  initialVersioningBehavior:16:enums.v1.ContinueAsNewVersioningBehavior
history.v1.WorkflowExecutionFailedEventAttributes failure:1:failure.v1.Failure retryState:2:enums.v1.RetryState
  workflowTaskCompletedEventId:3:int64 newExecutionRunId:4:string
history.v1.WorkflowExecutionOptionsUpdatedEventAttributes versioningOverride:1:workflow.v1.VersioningOverride
  unsetVersioningOverride:2:bool attachedRequestId:3:string attachedCompletionCallbacks:4:common.v1.Callback[]
  identity:5:string priority:6:common.v1.Priority timeSkippingConfig:7:common.v1.TimeSkippingConfig
  timeSkippingConfigUpdated:9:bool
  workflowUpdateOptions:8:history.v1.WorkflowExecutionOptionsUpdatedEventAttributes.WorkflowUpdateOptionsUpdate[]
history.v1.WorkflowExecutionOptionsUpdatedEventAttributes.WorkflowUpdateOptionsUpdate updateId:1:string
  attachedRequestId:2:string attachedCompletionCallbacks:3:common.v1.Callback[]
history.v1.WorkflowExecutionPausedEventAttributes identity:1:string reason:2:string requestId:3:string
history.v1.WorkflowExecutionSignaledEventAttributes signalName:1:string input:2:common.v1.Payloads identity:3:string
  header:4:common.v1.Header skipGenerateWorkflowTask:5:bool externalWorkflowExecution:6:common.v1.WorkflowExecution
  requestId:7:string
history.v1.WorkflowExecutionStartedEventAttributes workflowType:1:common.v1.WorkflowType
  parentWorkflowNamespace:2:string parentWorkflowNamespaceId:27:string
  parentWorkflowExecution:3:common.v1.WorkflowExecution parentInitiatedEventId:4:int64
  taskQueue:5:taskqueue.v1.TaskQueue input:6:common.v1.Payloads workflowExecutionTimeout:7:Duration
  workflowRunTimeout:8:Duration workflowTaskTimeout:9:Duration continuedExecutionRunId:10:string
  initiator:11:enums.v1.ContinueAsNewInitiator continuedFailure:12:failure.v1.Failure
  lastCompletionResult:13:common.v1.Payloads originalExecutionRunId:14:string identity:15:string
  firstExecutionRunId:16:string retryPolicy:17:common.v1.RetryPolicy attempt:18:int32
  workflowExecutionExpirationTime:19:Timestamp cronSchedule:20:string firstWorkflowTaskBackoff:21:Duration
  memo:22:common.v1.Memo searchAttributes:23:common.v1.SearchAttributes prevAutoResetPoints:24:workflow.v1.ResetPoints
  header:25:common.v1.Header parentInitiatedEventVersion:26:int64 workflowId:28:string
  sourceVersionStamp:29:common.v1.WorkerVersionStamp completionCallbacks:30:common.v1.Callback[]
  rootWorkflowExecution:31:common.v1.WorkflowExecution inheritedBuildId:32:string
  versioningOverride:33:workflow.v1.VersioningOverride parentPinnedWorkerDeploymentVersion:34:string
  priority:35:common.v1.Priority inheritedPinnedVersion:37:deployment.v1.WorkerDeploymentVersion
  inheritedAutoUpgradeInfo:39:deployment.v1.InheritedAutoUpgradeInfo eagerExecutionAccepted:38:bool
  declinedTargetVersionUpgrade:40:history.v1.DeclinedTargetVersionUpgrade
  timeSkippingConfig:41:common.v1.TimeSkippingConfig
  timeSkippingStatePropagation:43:common.v1.TimeSkippingStatePropagation
  propagatedNexusSerializationContext:44:nexus.v1.PropagatedSerializationContext
history.v1.WorkflowExecutionTerminatedEventAttributes reason:1:string details:2:common.v1.Payloads identity:3:string
history.v1.WorkflowExecutionTimeSkippingTransitionedEventAttributes targetTime:1:Timestamp
  disabledAfterFastForward:2:bool wallClockTime:3:Timestamp
history.v1.WorkflowExecutionTimedOutEventAttributes retryState:1:enums.v1.RetryState newExecutionRunId:2:string
history.v1.WorkflowExecutionUnpausedEventAttributes identity:1:string reason:2:string requestId:3:string
history.v1.WorkflowExecutionUpdateAcceptedEventAttributes protocolInstanceId:1:string acceptedRequestMessageId:2:string
  acceptedRequestSequencingEventId:3:int64 acceptedRequest:4:update.v1.Request
history.v1.WorkflowExecutionUpdateAdmittedEventAttributes request:1:update.v1.Request
  origin:2:enums.v1.UpdateAdmittedEventOrigin
history.v1.WorkflowExecutionUpdateCompletedEventAttributes meta:1:update.v1.Meta acceptedEventId:3:int64
  outcome:2:update.v1.Outcome
history.v1.WorkflowExecutionUpdateRejectedEventAttributes protocolInstanceId:1:string rejectedRequestMessageId:2:string
  rejectedRequestSequencingEventId:3:int64 rejectedRequest:4:update.v1.Request failure:5:failure.v1.Failure
history.v1.WorkflowPropertiesModifiedEventAttributes workflowTaskCompletedEventId:1:int64 upsertedMemo:2:common.v1.Memo
history.v1.WorkflowPropertiesModifiedExternallyEventAttributes newTaskQueue:1:string newWorkflowTaskTimeout:2:Duration
  newWorkflowRunTimeout:3:Duration newWorkflowExecutionTimeout:4:Duration upsertedMemo:5:common.v1.Memo
history.v1.WorkflowTaskCompletedEventAttributes scheduledEventId:1:int64 startedEventId:2:int64 identity:3:string
  binaryChecksum:4:string workerVersion:5:common.v1.WorkerVersionStamp
  sdkMetadata:6:sdk.v1.WorkflowTaskCompletedMetadata meteringMetadata:13:common.v1.MeteringMetadata
  deployment:7:deployment.v1.Deployment versioningBehavior:8:enums.v1.VersioningBehavior
  workerDeploymentVersion:9:string workerDeploymentName:10:string
  deploymentVersion:11:deployment.v1.WorkerDeploymentVersion
history.v1.WorkflowTaskFailedEventAttributes scheduledEventId:1:int64 startedEventId:2:int64
  cause:3:enums.v1.WorkflowTaskFailedCause failure:4:failure.v1.Failure identity:5:string baseRunId:6:string
  newRunId:7:string forkEventVersion:8:int64 binaryChecksum:9:string workerVersion:10:common.v1.WorkerVersionStamp
history.v1.WorkflowTaskScheduledEventAttributes taskQueue:1:taskqueue.v1.TaskQueue startToCloseTimeout:2:Duration
  attempt:3:int32
history.v1.WorkflowTaskStartedEventAttributes scheduledEventId:1:int64 identity:2:string requestId:3:string
  suggestContinueAsNew:4:bool suggestContinueAsNewReasons:8:enums.v1.SuggestContinueAsNewReason[]
  targetWorkerDeploymentVersionChanged:9:bool historySizeBytes:5:int64 workerVersion:6:common.v1.WorkerVersionStamp
  buildIdRedirectCounter:7:int64
history.v1.WorkflowTaskTimedOutEventAttributes scheduledEventId:1:int64 startedEventId:2:int64
  timeoutType:3:enums.v1.TimeoutType
nexus.v1.PropagatedSerializationContext endpoint:1:string service:2:string operation:3:string
sdk.v1.EventGroupMarker label:1:sdk.v1.EventGroupMarker.Label|variant
  inboundEvent:2:sdk.v1.EventGroupMarker.InboundEvent|variant
  inboundUpdate:3:sdk.v1.EventGroupMarker.InboundUpdate|variant
sdk.v1.EventGroupMarker.InboundEvent inboundEventId:1:int64
sdk.v1.EventGroupMarker.InboundUpdate inboundUpdateId:1:string
sdk.v1.EventGroupMarker.Label id:1:string label:2:common.v1.Payload
sdk.v1.UserMetadata summary:1:common.v1.Payload details:2:common.v1.Payload
sdk.v1.WorkflowTaskCompletedMetadata coreUsedFlags:1:uint32[] langUsedFlags:2:uint32[] sdkName:3:string
  sdkVersion:4:string
taskqueue.v1.TaskQueue name:1:string kind:2:enums.v1.TaskQueueKind normalName:3:string
update.v1.Input header:1:common.v1.Header name:2:string args:3:common.v1.Payloads
update.v1.Meta updateId:1:string identity:2:string
update.v1.Outcome success:1:common.v1.Payloads|value failure:2:failure.v1.Failure|value
update.v1.Request meta:1:update.v1.Meta input:2:update.v1.Input requestId:3:string
  completionCallbacks:4:common.v1.Callback[] links:5:common.v1.Link[]
  propagatedNexusSerializationContext:6:nexus.v1.PropagatedSerializationContext
workflow.v1.ResetPointInfo buildId:7:string binaryChecksum:1:string runId:2:string firstWorkflowTaskCompletedId:3:int64
  createTime:4:Timestamp expireTime:5:Timestamp resettable:6:bool
workflow.v1.ResetPoints points:1:workflow.v1.ResetPointInfo[]
workflow.v1.VersioningOverride pinned:3:workflow.v1.VersioningOverride.PinnedOverride|override
  autoUpgrade:4:bool|override oneTime:5:workflow.v1.VersioningOverride.OneTimeOverride|override
  behavior:1:enums.v1.VersioningBehavior deployment:2:deployment.v1.Deployment pinnedVersion:9:string
workflow.v1.VersioningOverride.OneTimeOverride targetDeploymentVersion:1:deployment.v1.WorkerDeploymentVersion
workflow.v1.VersioningOverride.PinnedOverride behavior:1:workflow.v1.VersioningOverride.PinnedOverrideBehavior
  version:2:deployment.v1.WorkerDeploymentVersion
workflowservice.v1.DescribeActivityExecutionResponse runId:1:string info:2:activity.v1.ActivityExecutionInfo
  input:3:common.v1.Payloads outcome:4:activity.v1.ActivityExecutionOutcome longPollToken:5:bytes
  callbacks:6:activity.v1.CallbackInfo[]
workflowservice.v1.GetWorkflowExecutionHistoryResponse history:1:history.v1.History rawHistory:2:common.v1.DataBlob[]
  nextPageToken:3:bytes archived:4:bool
  propagatedNexusSerializationContext:5:nexus.v1.PropagatedSerializationContext
`;
