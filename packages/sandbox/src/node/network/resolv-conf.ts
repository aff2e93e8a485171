/** Ends all names of Services. */
export const serviceDomain = 'svc.cluster.local';

/** Where the short names that a pod uses are looked for, in this order. */
export function searchDomains(namespace: string): readonly string[] {
  return [`${namespace}.${serviceDomain}`, serviceDomain, 'cluster.local'];
}

/** A pod's `/etc/resolv.conf`, as the kubelet writes it. Of the server's address the file cannot say the port. */
export function resolvConf(namespace: string): string {
  return `search ${searchDomains(namespace).join(' ')}\nnameserver 127.0.0.1\noptions ndots:5\n`;
}
