import { ConsentStage } from '../consent/consent.stage.js';
import { ContradictionsStage } from '../delivery/contradictions.stage.js';
import { LearnHeldStage } from '../delivery/learn-held.stage.js';
import { MarkSyncsStage } from '../delivery/mark-syncs.stage.js';
import { OwnWordsStage } from '../delivery/own-words.stage.js';
import { DeduplicateStage } from '../events/deduplicate.stage.js';
import { RecordStage } from '../events/record.stage.js';
import { ApplyStage } from '../profiles/apply.stage.js';
import { DeclareStage } from '../profiles/declare.stage.js';
import { IdentifyStage } from '../profiles/identify.stage.js';
import { SaveStage } from '../profiles/save.stage.js';
import { ScoreStage } from '../scoring/score.stage.js';
import { SegmentStage } from '../segments/segment.stage.js';
import { PlanTriggersStage } from '../triggers/planning/plan-triggers.stage.js';
import { DecideStage } from './decide.stage.js';

/**
 * What happens to every event, in this order, inside one transaction for a whole batch: the table of contents of the system.
 * A new stage is one file in the folder of the feature that owns its table, and one line here.
 */
export const stages = [
  DeduplicateStage, // is it new?                                    events/
  IdentifyStage, //    whose is it? locks the profiles               profiles/
  OwnWordsStage, //    what only repeats what we wrote there         delivery/
  DeclareStage, //     which types have its attributes?              profiles/
  ApplyStage, //       attributes and tags, newest fact first        profiles/
  ConsentStage, //     what the person agreed to, with the proof     consent/
  RecordStage, //      the event itself, and what we made of it      events/
  ScoreStage, //       how many points they have, and of which level scoring/
  SegmentStage, //     which segments they enter and leave, and when segments/
  SaveStage, //        the changed profiles, one version further     profiles/
  PlanTriggersStage, // what begins, ends and wakes because of it    triggers/
  ContradictionsStage, // which destinations say otherwise           delivery/
  MarkSyncsStage, //   which destinations have news                  delivery/
  LearnHeldStage, //   what destinations have just told they hold    delivery/
  DecideStage, //      what the caller is answered                   pipeline/
] as const;
