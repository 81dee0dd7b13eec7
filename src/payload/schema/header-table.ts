/**
 * Every message of temporal.api that holds headers of Nexus at any depth, with those of its fields that lead to one and to
 * no payload: headers are text, which no codec touches. In the form of schema-table.ts and read off the same descriptors.
 */
export const headerTable = `
callback.v1.CallbackInfo callback:1:common.v1.Callback
command.v1.ScheduleNexusOperationCommandAttributes nexusHeader:6:string{}
common.v1.Callback nexus:2:common.v1.Callback.Nexus
common.v1.Callback.Nexus header:2:string{}
history.v1.HistoryEvent
  workflowExecutionOptionsUpdatedEventAttributes:60:history.v1.WorkflowExecutionOptionsUpdatedEventAttributes
history.v1.NexusOperationScheduledEventAttributes nexusHeader:6:string{}
history.v1.WorkflowExecutionOptionsUpdatedEventAttributes attachedCompletionCallbacks:4:common.v1.Callback[]
  workflowUpdateOptions:8:history.v1.WorkflowExecutionOptionsUpdatedEventAttributes.WorkflowUpdateOptionsUpdate[]
history.v1.WorkflowExecutionOptionsUpdatedEventAttributes.WorkflowUpdateOptionsUpdate
  attachedCompletionCallbacks:3:common.v1.Callback[]
history.v1.WorkflowExecutionStartedEventAttributes completionCallbacks:30:common.v1.Callback[]
nexus.v1.NexusOperationExecutionInfo nexusHeader:25:string{}
nexus.v1.Request header:1:string{}
nexus.v1.StartOperationRequest callbackHeader:6:string{}
update.v1.Request completionCallbacks:4:common.v1.Callback[]
workflow.v1.CallbackInfo callback:1:common.v1.Callback
workflowservice.v1.StartActivityExecutionRequest completionCallbacks:19:common.v1.Callback[]
workflowservice.v1.StartNexusOperationExecutionRequest nexusHeader:15:string{}
workflowservice.v1.StartWorkflowExecutionRequest completionCallbacks:21:common.v1.Callback[]
`;
