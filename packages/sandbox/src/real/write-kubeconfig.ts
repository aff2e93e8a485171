/** A kubeconfig with one context, as YAML; what it holds is quoted as JSON, which YAML takes in. */
export function writeKubeconfig(access: {
  readonly name: string;
  readonly server: string;
  readonly ca: string;
  readonly token: string;
  readonly namespace?: string;
}): string {
  const { name, namespace } = access;
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [
        {
          name,
          cluster: {
            server: access.server,
            'certificate-authority-data': Buffer.from(access.ca).toString('base64'),
          },
        },
      ],
      users: [{ name, user: { token: access.token } }],
      contexts: [{ name, context: { cluster: name, user: name, ...(namespace ? { namespace } : {}) } }],
    },
    undefined,
    2,
  )}\n`;
}
