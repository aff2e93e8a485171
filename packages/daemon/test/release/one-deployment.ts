/** A Deployment with one container, `main`; `metadata` goes behind its name. */
export function oneDeployment(name: string, image: string, metadata = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}${metadata}
spec:
  template:
    spec:
      containers:
        - name: main
          image: ${image}
`;
}
