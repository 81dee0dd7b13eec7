import * as nexus from 'nexus-rpc';

export interface Order {
  readonly id: string;
  readonly amount: number;
}

export interface Invoice {
  readonly order: string;
  readonly total: number;
}

/** What the tests' caller workflows call: at once or through a workflow, to a good end or a bad one, or without an end. */
export const billing = nexus.service('billing', {
  charge: nexus.operation<Order, Invoice>(),
  decline: nexus.operation<Order, Invoice>(),
  invoice: nexus.operation<Order, Invoice>(),
  refuse: nexus.operation<Order, Invoice>(),
  wait: nexus.operation<Order, Invoice>(),
});

/** Takes nothing and gives nothing. */
export const doorbell = nexus.service('doorbell', { ring: nexus.operation<undefined, undefined>() });

export interface Ask {
  readonly endpoint: string;
  readonly operation: keyof typeof billing.operations;
  readonly input: Order;
  /** The endpoint whose key the input is sealed with. */
  readonly sealFor?: string;
}

export interface SeenFailure {
  readonly name: string;
  readonly message: string;
  readonly endpoint?: string | undefined;
  readonly service?: string | undefined;
  readonly operation?: string | undefined;
  readonly type?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: SeenFailure;
}

export interface Outcome {
  readonly result?: Invoice;
  readonly failure?: SeenFailure;
  readonly cancelled?: boolean;
}
