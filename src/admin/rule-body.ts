import { z } from 'zod';
import { Problem } from '../observability/problem.js';
import { builderInput, fromQueryBuilder } from '../segments/query-builder.js';
import { type Rule, ruleSchema } from '../segments/rule.js';

/** A rule that is being tried out, in either form. */
export const ruleBody = z.strictObject({
  rule: ruleSchema.optional(),
  builder: builderInput.optional().describe('The rule as react-querybuilder holds it, instead of `rule`'),
  key: z.string().optional().describe('The segment it is for: decides which random percentage is drawn'),
});

/** @throws Problem 400 neither is there; z.ZodError the query is no rule */
export function ruleIn({ rule, builder }: Pick<z.output<typeof ruleBody>, 'rule' | 'builder'>): Rule {
  if (rule !== undefined) return rule;
  if (builder !== undefined) return fromQueryBuilder(builder);
  throw new Problem(400, 'That is not what was expected', 'Send the rule, as "rule" or as "builder".');
}
