import grpc from '@grpc/grpc-js';

/** What a frontend in clear says of its policy in the headers of a harmless call: state, digest, problem, age … */
export function announced(address: string): Promise<Readonly<Record<string, string>>> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const same = (value: Buffer): Buffer => value;
  const path = '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo';
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      path,
      same,
      same,
      Buffer.alloc(0),
      new grpc.Metadata(),
      { deadline: Date.now() + 10_000 },
      (error) => {
        if (error !== null) reject(error);
        client.close();
      },
    );
    call.on('metadata', (headers: grpc.Metadata) => {
      const found = Object.entries(headers.getMap()).filter(([name]) => name.startsWith('nexusctl-policy-'));
      resolve(
        Object.fromEntries(found.map(([name, value]) => [name.replace('nexusctl-policy-', ''), value.toString()])),
      );
    });
  });
}
