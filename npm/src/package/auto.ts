// `repin/auto`: makes `<pin-recovery>` known by being imported.
import { define } from './index.ts';

define();

export type * from './index.ts';
