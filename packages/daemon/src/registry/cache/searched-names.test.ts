import { expect, it } from 'vitest';
import { searchedNames } from './searched-names.ts';

const ofPod = 'search flux.svc.cluster.local svc.cluster.local\nnameserver 10.0.0.10\noptions ndots:5\n';

it.each([
  {
    name: '_memcached._tcp.memcached',
    conf: ofPod,
    names: [
      '_memcached._tcp.memcached.flux.svc.cluster.local',
      '_memcached._tcp.memcached.svc.cluster.local',
      '_memcached._tcp.memcached',
    ],
    because: 'a short name is searched for in its own namespace first',
  },
  {
    name: '_memcached._tcp.memcached.flux.svc.cluster.local',
    conf: ofPod,
    names: [
      '_memcached._tcp.memcached.flux.svc.cluster.local',
      '_memcached._tcp.memcached.flux.svc.cluster.local.flux.svc.cluster.local',
      '_memcached._tcp.memcached.flux.svc.cluster.local.svc.cluster.local',
    ],
    because: 'one with enough dots is taken as it is first',
  },
  { name: 'a.example.com.', conf: ofPod, names: ['a.example.com.'], because: 'a dot at the end says all' },
  { name: 'a.b', conf: 'search c', names: ['a.b', 'a.b.c'], because: 'one dot is enough by default' },
  { name: 'a', conf: '', names: ['a'], because: 'without the file there is nothing to search' },
  {
    name: 'a',
    conf: '# search x\nsearch b\n  search\tc. . \noptions rotate ndots:0\n',
    names: ['a', 'a.c'],
    because: 'the last line of a kind counts, comments do not',
  },
])('$name: $because', ({ name, conf, names }) => {
  expect(searchedNames(name, conf)).toEqual(names);
});
