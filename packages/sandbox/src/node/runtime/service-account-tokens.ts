import type { KubeApi } from '../../kube/start-kube-api.ts';

/** The tokens with which pods talk to the API server: one for each service account. */
export function serviceAccountTokens(
  api: Pick<KubeApi, 'addUser'>,
): (namespace: string, serviceAccount: string) => string {
  const tokens = new Map<string, string>();
  return (namespace, serviceAccount) => {
    const name = `system:serviceaccount:${namespace}:${serviceAccount}`;
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
    const token = tokens.get(name) ?? api.addUser({ name, groups });
    tokens.set(name, token);
    return token;
  };
}
