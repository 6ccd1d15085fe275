import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { mergeFieldSchema, type InterestCategory, type MergeField } from './account.js';
import type { Audience } from './audience.js';
import { categoryBody, interestBody, mergeFieldBody, mergeFieldChange, parseBody } from './bodies.js';
import { mergeFieldAnswer, onlyFields } from './present.js';
import { problems } from './problem.js';
import { pageQuery } from './queries.js';
import type { Account, InList } from './account-in-routes.js';

interface InField {
  Params: { list: string; field: string };
}
interface InCategory {
  Params: { list: string; category: string };
}

/** Merge fields, and groups ("interests") in their categories. */
export function registerFieldRoutes(app: FastifyInstance, account: Account): void {
  registerMergeFields(app, account);
  registerInterests(app, account);
}

function registerMergeFields(app: FastifyInstance, account: Account): void {
  app.get<InList>('/lists/:list/merge-fields', (request) => {
    const query = pageQuery.parse(request.query);
    const { id, merge_fields } = account.audience(request.params.list).settings;
    const page = merge_fields.map((field, index) => mergeFieldAnswer(id, field, index));
    return onlyFields(
      {
        merge_fields: page.slice(query.offset, query.offset + query.count),
        list_id: id,
        total_items: merge_fields.length,
        _links: [],
      },
      query.fields,
    );
  });
  app.post<InList>('/lists/:list/merge-fields', (request) => {
    const { id, merge_fields: fields } = account.audience(request.params.list).settings;
    const { mergeFieldLimit } = account.facts();
    const body = parseBody(mergeFieldBody, request.body);
    if (fields.length >= mergeFieldLimit) throw problems.tooManyMergeFields(mergeFieldLimit);
    const tag = asTag(body.tag ?? body.name);
    if (fields.some((field) => field.tag === tag))
      throw problems.badRequest(`A Merge Field with the tag "${tag}" already exists for this list.`);
    const merge_id = Math.max(0, ...fields.map(idOf)) + 1;
    const field = mergeFieldSchema.parse({ public: false, ...body, tag, merge_id });
    fields.push(field);
    return mergeFieldAnswer(id, field, fields.length - 1);
  });
  app.patch<InField>('/lists/:list/merge-fields/:field', (request) => {
    const { id, merge_fields: fields } = account.audience(request.params.list).settings;
    const index = fields.findIndex(({ merge_id }) => String(merge_id) === request.params.field);
    const field = fields[index];
    if (field === undefined) throw problems.notFound();
    const { tag, options, ...change } = parseBody(mergeFieldChange, request.body);
    Object.assign(field, change, tag === undefined ? {} : { tag: asTag(tag) });
    field.options = { ...field.options, ...options };
    return mergeFieldAnswer(id, field, index);
  });
  app.delete<InField>('/lists/:list/merge-fields/:field', (request, reply) => {
    const { merge_fields: fields } = account.audience(request.params.list).settings;
    const index = fields.findIndex(({ merge_id }) => String(merge_id) === request.params.field);
    if (index < 0) throw problems.notFound();
    fields.splice(index, 1);
    return reply.code(204).send();
  });
}

function registerInterests(app: FastifyInstance, account: Account): void {
  const audienceOf = (list: string): Audience => account.audience(list);
  app.get<InList>('/lists/:list/interest-categories', (request) => {
    const { offset, count } = pageQuery.parse(request.query);
    const { id, interest_categories: all } = audienceOf(request.params.list).settings;
    const page = all.slice(offset, offset + count).map((category, index) => categoryAnswer(id, category, index));
    return { list_id: id, categories: page, total_items: all.length, _links: [] };
  });
  app.post<InList>('/lists/:list/interest-categories', (request) => {
    const { id, interest_categories: all } = audienceOf(request.params.list).settings;
    const body = parseBody(categoryBody, request.body);
    const category = { id: hexId('category', id, body.title), interests: [], ...body };
    all.push(category);
    return categoryAnswer(id, category, all.length - 1);
  });
  app.get<InCategory>('/lists/:list/interest-categories/:category/interests', (request) => {
    const { offset, count } = pageQuery.parse(request.query);
    const audience = audienceOf(request.params.list);
    const category = categoryOf(audience, request.params.category);
    const page = category.interests.slice(offset, offset + count);
    return {
      interests: page.map((interest, index) => interestAnswer(audience, category.id, interest, index)),
      list_id: audience.settings.id,
      category_id: category.id,
      total_items: category.interests.length,
      _links: [],
    };
  });
  app.post<InCategory>('/lists/:list/interest-categories/:category/interests', (request) => {
    const audience = audienceOf(request.params.list);
    const category = categoryOf(audience, request.params.category);
    const { name } = parseBody(interestBody, request.body);
    if (category.interests.some((interest) => interest.name.toLowerCase() === name.toLowerCase()))
      throw problems.badRequest(`Cannot add "${name}" because it already exists on the list.`);
    const interest = { id: hexId('interest', category.id, name), name };
    category.interests.push(interest);
    return interestAnswer(audience, category.id, interest, category.interests.length - 1);
  });
}

const idOf = ({ merge_id }: MergeField): number => merge_id;

const asTag = (written: string): string =>
  written
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '')
    .slice(0, 10);

const hexId = (...parts: readonly string[]): string =>
  createHash('md5').update(parts.join(':')).digest('hex').slice(0, 10);

function categoryOf(audience: Audience, id: string): InterestCategory {
  const category = audience.settings.interest_categories.find((candidate) => candidate.id === id);
  if (!category) throw problems.notFound();
  return category;
}

const categoryAnswer = (listId: string, { id, title, type }: InterestCategory, index: number) => ({
  list_id: listId,
  id,
  title,
  type,
  display_order: index,
  _links: [],
});

const interestAnswer = (
  audience: Audience,
  categoryId: string,
  { id, name }: InterestCategory['interests'][number],
  index: number,
) => ({
  category_id: categoryId,
  list_id: audience.settings.id,
  id,
  name,
  subscriber_count: String(audience.members().filter(({ interests }) => interests[id] === true).length),
  display_order: index + 1,
  _links: [],
});
