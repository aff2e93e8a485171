import type { FileChanges } from './fast-import.ts';

/** Image that the sample runs; its registry has 1.0.1 and 1.0.2. */
export const sampleImage = 'wardviaene/docker-nodejs-demo';

/** What `workloads/hello.yaml` holds with a given tag of the image. */
export function sampleDeployment(tag: string): string {
  return `---
# The workload that the daemon keeps at the newest patch release.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: docker-nodejs-demo
  namespace: demo
  annotations:
    fluxcd.io/automated: "true"
    fluxcd.io/tag.docker-nodejs-demo: semver:~1.0.0
spec:
  replicas: 1
  selector:
    matchLabels:
      app: docker-nodejs-demo
  template:
    metadata:
      labels:
        app: docker-nodejs-demo
    spec:
      containers:
        - name: docker-nodejs-demo
          image: ${sampleImage}:${tag} # the daemon moves this tag, and leaves these words alone
          ports:
            - name: nodejs-port
              containerPort: 3000
`;
}

/** The repository `flux-demo` of the walk-through: a namespace, a service and a deployment. */
export const sampleRepository: FileChanges = {
  'namespaces/demo.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: demo
  labels:
    name: demo
`,
  'workloads/hello-service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: docker-nodejs-demo
  namespace: demo
spec:
  type: NodePort
  selector:
    app: docker-nodejs-demo
  ports:
    - port: 80
      targetPort: 3000
      protocol: TCP
      name: http
`,
  'workloads/hello.yaml': sampleDeployment('1.0.2'),
};
