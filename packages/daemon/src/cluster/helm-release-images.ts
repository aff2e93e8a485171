export { chartImage, helmReleaseImages, type NamedImage } from '../manifests/helm-release-images.ts';
