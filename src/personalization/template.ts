import Handlebars from 'handlebars';
import { boundedMemo } from '../profiles/bounded-memo.js';
import { formatHelpers } from './format-helpers.js';
import { logicHelpers } from './logic-helpers.js';
import type { Reader } from './reader.js';

/** Handlebars' own that marketers may use; the others (`lookup`, `with`, `log`) reach further than a text should. */
const blocks = ['if', 'unless', 'each'];
const helpers = { ...formatHelpers, ...logicHelpers };
const known: ReadonlySet<string> = new Set([...blocks, ...Object.keys(helpers)]);

const engine = Handlebars.create();
for (const name of ['lookup', 'with', 'log', 'blockHelperMissing']) engine.unregisterHelper(name);
engine.registerHelper(helpers);

type Render = (data: Readonly<Record<string, unknown>>, reader: Reader) => string;
type Compiled = { readonly render: Render; readonly uses: readonly string[] } | { readonly problem: string };

const compiled = boundedMemo(compile, 2_000);
/** A text longer than `boundedMemo` remembers is compiled by its owner once. */
const longTexts = new Map<string, Compiled>();
const mostLongTexts = 500;

/** Why a text is no template of ours, with the place; null: it is one. */
export function templateProblem(text: string): string | null {
  const result = compile(text);
  return 'problem' in result ? result.problem : null;
}

/** The names a template looks up in a profile, for example `firstName`. */
export function namesUsed(text: string): readonly string[] {
  const result = remembered(text);
  return 'problem' in result ? [] : result.uses;
}

/** A template filled in; '' where it is none or its values do not fit its helpers. */
export function fillIn(text: string, data: Readonly<Record<string, unknown>>, reader: Reader): string {
  if (!text.includes('{{')) return text;
  const result = remembered(text);
  return 'problem' in result ? '' : result.render(data, reader);
}

function remembered(text: string): Compiled {
  if (text.length <= 256) return compiled(text);
  const found = longTexts.get(text);
  if (found !== undefined) return found;
  if (longTexts.size >= mostLongTexts) longTexts.clear();
  const result = compile(text);
  longTexts.set(text, result);
  return result;
}

function compile(text: string): Compiled {
  try {
    const tree = Handlebars.parse(text);
    const finder = new Finder();
    finder.accept(tree);
    if (finder.problem !== null) return { problem: finder.problem };
    const render = engine.compile(text, {
      knownHelpers: Object.fromEntries([...known].map((name) => [name, true])),
      knownHelpersOnly: true,
      noEscape: true,
    });
    return {
      uses: [...finder.names],
      render: (data, reader) =>
        render(data, {
          data: { reader },
          allowProtoMethodsByDefault: false,
          allowProtoPropertiesByDefault: false,
        }),
    };
  } catch (error) {
    return { problem: `is no template: ${firstLine(error)}` };
  }
}

const firstLine = (error: unknown): string => {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^-+\^?$/.test(line))
    .join(' ')
    .slice(0, 300);
};

/** Looks through a template for what is not allowed, and for the names it uses. */
class Finder extends Handlebars.Visitor {
  problem: string | null = null;
  readonly names = new Set<string>();
  #depth = 0;

  override MustacheStatement(statement: hbs.AST.MustacheStatement): void {
    this.#call(statement);
    this.#wants(statement);
    super.MustacheStatement(statement);
  }
  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.#call(expression);
    super.SubExpression(expression);
  }
  override BlockStatement(statement: hbs.AST.BlockStatement): void {
    this.#call(statement, true);
    const inEach = pathOf(statement.path)?.original === 'each';
    // What it runs over is still the person's; what stands inside is the list's.
    if (inEach) for (const over of statement.params) this.accept(over);
    if (inEach) this.#depth += 1;
    super.BlockStatement(statement);
    if (inEach) this.#depth -= 1;
  }
  override PathExpression(path: hbs.AST.PathExpression): void {
    const [first] = path.parts;
    if (this.#depth === 0 && !path.data && first !== undefined && !known.has(first))
      this.names.add(path.parts.join('.'));
  }
  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    this.#refuse('partials ({{> …}}) are not supported', partial);
  }
  override PartialBlockStatement(partial: hbs.AST.PartialBlockStatement): void {
    this.#refuse('partials ({{#> …}}) are not supported', partial);
  }
  override Decorator(decorator: hbs.AST.Decorator): void {
    this.#refuse('decorators ({{* …}}) are not supported', decorator);
  }
  override DecoratorBlock(decorator: hbs.AST.DecoratorBlock): void {
    this.#refuse('decorators ({{#* …}}) are not supported', decorator);
  }

  #call(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression | hbs.AST.BlockStatement, isBlock = false): void {
    const path = pathOf(node.path);
    const name = path?.original ?? '';
    const takesParameters = node.params.length > 0 || hasNamed(node.hash) || node.type === 'SubExpression';
    if (isBlock && !blocks.includes(name)) this.#refuse(`a block is one of ${blocks.join(', ')}, not "${name}"`, node);
    else if (takesParameters && !known.has(name))
      this.#refuse(`there is no helper "${name}"; there are ${[...known].sort().join(', ')}`, node);
    else if (!isBlock && blocks.includes(name))
      this.#refuse(`"${name}" is written {{#${name} …}} … {{/${name}}}`, node);
  }

  /** They hold several things, and none of them is a text. */
  #wants(statement: hbs.AST.MustacheStatement): void {
    const name = pathOf(statement.path)?.original ?? '';
    if (name === 'event' || name === 'attributes') this.#refuse(`say which one: ${name}.…`, statement);
  }

  #refuse(what: string, { loc }: hbs.AST.Node): void {
    this.problem ??= `line ${loc.start.line}, column ${loc.start.column + 1}: ${what}`;
  }
}

function pathOf(node: hbs.AST.Node | hbs.AST.PathExpression | hbs.AST.Literal): hbs.AST.PathExpression | null {
  return node.type === 'PathExpression' ? (node as hbs.AST.PathExpression) : null;
}

/** Typed as always there; Handlebars leaves it out where nothing is named. */
const hasNamed = (hash: hbs.AST.Hash | undefined): boolean => (hash?.pairs.length ?? 0) > 0;
