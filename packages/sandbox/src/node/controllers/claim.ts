import { objectAt } from '../../kube/kube-object.ts';
import { type Controller, kinds } from './controller.ts';
import { statusChange } from './revisions.ts';

/** Gives every claim for storage what it asks for: it is a folder of the node. */
export const claimController: Controller = {
  name: 'persistentvolume-controller',
  kind: kinds.claim,
  watches: [],
  decide(_, object) {
    if (object === undefined) return { changes: [] };
    const spec = objectAt(object, 'spec') ?? {};
    const capacity = objectAt(spec, 'resources', 'requests') ?? {};
    const accessModes = spec['accessModes'] ?? [];
    return { changes: statusChange(object, { phase: 'Bound', accessModes, capacity }) };
  },
};
