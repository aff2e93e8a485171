import { expect, it } from 'vitest';
import { chooseForm } from './accept.ts';

const meta = 'v=v1;g=meta.k8s.io';

it.each([
  { accept: undefined, form: { as: 'object', format: 'json' }, because: 'JSON is what is taken for granted' },
  { accept: '*/*', form: { as: 'object', format: 'json' }, because: 'anything will do' },
  { accept: 'application/yaml', form: { as: 'object', format: 'yaml' }, because: 'YAML is served' },
  {
    accept: `application/json;as=Table;${meta},application/json`,
    form: { as: 'table', format: 'json' },
    because: 'the first that is served counts',
  },
  {
    accept: `application/json;as=Other;${meta},application/json`,
    form: { as: 'object', format: 'json' },
    because: 'what is not served is passed over',
  },
  {
    accept: 'application/vnd.kubernetes.protobuf,application/json',
    form: { as: 'object', format: 'json' },
    because: 'protobuf is read but not written',
  },
  {
    accept: `application/json;as=PartialObjectMetadataList;${meta}`,
    form: { as: 'metadata list', format: 'json' },
    because: 'metadata is a form of its own',
  },
  { accept: 'text/html', form: undefined, because: 'there are no pages here' },
])('chooseForm: $because', ({ accept, form }) => {
  expect(chooseForm(accept)).toEqual(form);
});
