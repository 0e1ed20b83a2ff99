/** The tour: every step once, in order. */

import type { Step } from './step.ts';
import { bothEdit, producerDrags } from './steps/drags.ts';
import { firstFill } from './steps/first-fill.ts';
import { editAndUndo, moveRecce, outage } from './steps/office-edits.ts';
import { phoneDeletes, privateDate } from './steps/phones.ts';
import { atRest } from './steps/rest.ts';

export const tour: readonly Step[] = [
  firstFill,
  moveRecce,
  producerDrags,
  bothEdit,
  phoneDeletes,
  privateDate,
  outage,
  editAndUndo,
  atRest,
];
