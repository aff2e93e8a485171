import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, type KubeObject, listAt, objectAt, stringAt } from '../kube-object.ts';
import { customSchema } from '../schema/crd-schema.ts';
import type { TypeSchema } from '../schema/type-schema.ts';
import { apiVersionOf, type Kind, type PrinterColumn, type Subresource } from './kind.ts';

const objectVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];

function columnsOf(version: JsonValue): readonly PrinterColumn[] {
  return listAt(version, 'additionalPrinterColumns').filter(isObject) as unknown as readonly PrinterColumn[];
}

function subresourcesOf(gvk: Subresource['gvk'], version: JsonValue): Map<string, Subresource> {
  const found = new Map<string, Subresource>();
  const subresources = objectAt(version, 'subresources');
  if (objectAt(subresources, 'status') !== undefined) {
    found.set('status', { name: 'status', gvk, verbs: subresourceVerbs });
  }
  if (objectAt(subresources, 'scale') !== undefined) {
    const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    found.set('scale', { name: 'scale', gvk: scale, verbs: subresourceVerbs });
  }
  return found;
}

/** The kinds that a CustomResourceDefinition serves, one for each served version. */
export function customKinds(definition: KubeObject, metadata: TypeSchema): readonly Kind[] {
  const spec = objectAt(definition, 'spec') ?? {};
  const names = objectAt(spec, 'names') ?? {};
  const group = stringAt(spec, 'group') ?? '';
  const plural = stringAt(names, 'plural') ?? '';
  const kind = stringAt(names, 'kind') ?? '';
  const versions = listAt(spec, 'versions').filter(isObject);
  const storageVersion =
    stringAt(
      versions.find((version) => version['storage'] === true),
      'name',
    ) ?? '';
  return versions
    .filter((version) => version['served'] === true)
    .map((version): Kind => {
      const name = stringAt(version, 'name') ?? '';
      const openApi: JsonObject = objectAt(version, 'schema', 'openAPIV3Schema') ?? {};
      const scale = objectAt(version, 'subresources', 'scale');
      const gvk = { group, version: name, kind };
      return {
        ...gvk,
        apiVersion: apiVersionOf(group, name),
        plural,
        singular: stringAt(names, 'singular') || kind.toLowerCase(),
        namespaced: spec['scope'] === 'Namespaced',
        shortNames: listAt(names, 'shortNames').map(String),
        categories: listAt(names, 'categories').map(String),
        verbs: new Set(objectVerbs),
        subresources: subresourcesOf(gvk, version),
        schema: customSchema(openApi, metadata),
        storage: `${group}/${plural}`,
        custom: {
          definition: definition.metadata.name,
          storageVersion,
          columns: columnsOf(version),
          scale: scale && {
            specReplicasPath: stringAt(scale, 'specReplicasPath') ?? '',
            statusReplicasPath: stringAt(scale, 'statusReplicasPath') ?? '',
            labelSelectorPath: stringAt(scale, 'labelSelectorPath'),
          },
          openApi,
          preservesUnknownFields: spec['preserveUnknownFields'] === true,
        },
      };
    });
}
