import proto, { type grpc } from '@temporalio/proto';
import type { Handlers } from '../grpc.ts';

const { SERVING } = proto.grpc.health.v1.HealthCheckResponse.ServingStatus;

export const healthService: Handlers<grpc.health.v1.Health> = { Check: () => ({ status: SERVING }) };
