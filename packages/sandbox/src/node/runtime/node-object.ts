import type { JsonObject } from '@fluxctl/shared/kube-object';

/** The Node object: what runs the sandbox, dressed as a machine of a cluster. */
export function nodeObject(
  name: string,
  machine: {
    readonly arch: string;
    readonly cpus: number;
    readonly memoryBytes: number;
    readonly ip: string;
  },
): { readonly object: JsonObject; readonly status: JsonObject } {
  const arch = machine.arch === 'x64' ? 'amd64' : machine.arch;
  const resources = {
    cpu: String(machine.cpus),
    memory: `${Math.floor(machine.memoryBytes / 1024)}Ki`,
    pods: '10000',
    'ephemeral-storage': '100Gi',
  };
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'beta.kubernetes.io/arch': arch,
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': arch,
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'node-role.kubernetes.io/control-plane': '',
        },
      },
      spec: { podCIDR: '10.244.0.0/16', podCIDRs: ['10.244.0.0/16'] },
    },
    status: {
      addresses: [
        { type: 'InternalIP', address: machine.ip },
        { type: 'Hostname', address: name },
      ],
      capacity: resources,
      allocatable: resources,
      nodeInfo: {
        architecture: arch,
        operatingSystem: 'linux',
        osImage: 'Sandbox',
        kernelVersion: '0.0.0',
        containerRuntimeVersion: 'sandbox://1',
        kubeletVersion: 'v1.35.0',
        kubeProxyVersion: '',
        bootID: '',
        machineID: '',
        systemUUID: '',
      },
      daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    },
  };
}

/** Conditions of a node that is well. */
export function nodeConditions(time: string): JsonObject[] {
  const condition = (type: string, status: string, reason: string, message: string): JsonObject => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  });
  return [
    condition(
      'MemoryPressure',
      'False',
      'KubeletHasSufficientMemory',
      'kubelet has sufficient memory available',
    ),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}
