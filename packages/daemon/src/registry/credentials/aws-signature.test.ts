import { expect, it } from 'vitest';
import { signAwsRequest } from './aws-signature.ts';

it('signs as the example in AWS’s own test suite', () => {
  const request = { method: 'GET', url: 'https://example.amazonaws.com/', headers: {}, body: '' };
  const keys = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    sessionToken: '',
  };
  const scope = { region: 'us-east-1', service: 'service' };
  const signed = signAwsRequest(request, keys, scope, new Date('2015-08-30T12:36:00Z'));
  expect(signed).toEqual({
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  });
});
