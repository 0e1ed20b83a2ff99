/** Edits of a rule that keep its dates: moved to another time or day, or cut in two. Pure. RFC 5545 section 3.3.10. */
import { dateOf, occurrenceOn } from '../model/occurrence.ts';
import type { OccurrenceStart } from '../model/series.ts';
import { addDays, brandDate, instantOf, type LocalDate, type LocalDateTime, type When } from '../model/when.ts';
import { happens, occurrences } from './expand.ts';
import { normaliseRule, wallTimeRule } from './rule.ts';
