import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../config/env.js';
import { type Configuration, readConfiguration, type ReadOptions } from './read-configuration.js';

type Files = Readonly<Record<string, string>>;

/** Reads a folder with these files. */
function read(files: Files, options: Partial<Omit<ReadOptions, 'folder'>> = {}): Configuration {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return readConfiguration({ folder, variables: {}, sandbox: true, ...options });
}

/** What is wrong with these files; without the folder's name. */
function problemsOf(files: Files, options: Partial<Omit<ReadOptions, 'folder'>> = {}): string[] {
  try {
    read(files, options);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n').map((line) => line.replace(/\S*\//g, ''));
    throw error;
  }
  throw new Error('expected it to be refused');
}

/** Nothing of any kind, whatever kinds there are. */
const isEmpty = (configuration: Configuration): boolean =>
  Object.values(configuration).every((entries: readonly unknown[]) => entries.length === 0);

const source = (more = '') => `
sources:
  - key: acme
    platform: manychat
    title: Acme
    secrets: ['\${SECRET:-top-secret-value}']
${more}`;

describe('configuration files', () => {
  it('are read in order of their names, with what is left out filled in', () => {
    const { sources, destinations } = read({
      'b.yaml': source().replace('acme', 'second'),
      'a.yml': source(),
      'notes.txt': 'not YAML: [',
    });
    expect(sources.map(({ key }) => key)).toEqual(['acme', 'second']);
    expect(sources[0]).toMatchObject({ enabled: true, secrets: ['top-secret-value'], settings: {} });
    expect(destinations).toEqual([]);
  });

  it('may be empty', () => {
    expect(read({ 'a.yaml': '', 'b.yaml': '# nothing yet\n' })).toSatisfy(isEmpty);
  });

  it('say what people are told, with every template looked at', () => {
    const content = (text: string) => `
contents:
  - key: hello
    source: acme
    title: Hello
    content: { messages: [{ ${text} }] }
`;
    const [hello] = read({ 'a.yaml': content('text: "Hi {{firstName}}"') }).contents;
    expect(hello).toMatchObject({ key: 'hello', moment: '*', content: { messages: [{ text: 'Hi {{firstName}}' }] } });
    expect(problemsOf({ 'a.yaml': content('text: "Hi {{fristName | upper}}"') })).toEqual([
      expect.stringMatching(/^a\.yaml, contents\[0\]\.content\.messages\[0\]\.text: is no template/),
    ]);
    expect(problemsOf({ 'a.yaml': content('picture: x') })).toEqual([
      expect.stringMatching(/^a\.yaml, contents\[0\]\.content\.messages\[0\]: must be \{ text, buttons \}/),
    ]);
    expect(problemsOf({ 'a.yaml': content('text: a'), 'b.yaml': content('text: b') })).toEqual([
      expect.stringContaining('"hello" stands at'),
    ]);
  });

  it('get their secrets from the environment, which may look like numbers', () => {
    const { sources } = read({ 'a.yaml': source() }, { variables: { SECRET: '12345678' } });
    expect(sources[0]?.secrets).toEqual(['12345678']);
  });

  it('say which variable is not set, and where it is asked for', () => {
    expect(problemsOf({ 'a.yaml': source().replace(':-top-secret-value', '') })).toEqual([
      'a.yaml, sources[0].secrets[0]: the environment variable SECRET is expected, but it is not set',
    ]);
  });

  it('for the sandbox count only while it runs; its variables are asked for only then', () => {
    const demo = `only: sandbox\n${source().replace(':-top-secret-value', '')}`;
    expect(read({ 'demo.yaml': demo }, { sandbox: false })).toSatisfy(isEmpty);
    expect(problemsOf({ 'demo.yaml': demo }, { sandbox: true })).toHaveLength(1);
  });

  it('may not give one key twice, in whichever files', () => {
    expect(problemsOf({ 'a.yaml': source(), 'b.yaml': source() })).toEqual([
      'b.yaml, sources[0].key: must be unique, but "acme" stands at a.yaml, sources[0].key too',
    ]);
  });
});

describe('segments', () => {
  const segment = (key: string, rule: string) => `segments: [{ key: ${key}, title: T, rule: { version: 1, ${rule} } }]`;

  it('that ask for each other in a circle are named, in whichever files they stand', () => {
    const files = {
      'a.yaml': segment('a', 'all: [{ segment: b, operator: in }]'),
      'b.yaml': segment('b', 'none: [{ segment: a, operator: in }]'),
    };
    expect(problemsOf(files)).toEqual([
      'a.yaml, segments[0].rule: the segments ask for each other in a circle: a → b → a',
      'b.yaml, segments[0].rule: the segments ask for each other in a circle: b → a → b',
    ]);
  });

  it('that ask a declared attribute, or a score, what its type does not know are named with the place', () => {
    const declared = `attributes: [{ key: vip, type: boolean }]
scores: [{ key: hot, title: Hot, definition: { version: 1, points: [{ events: {}, points: 1 }] } }]
`;
    const rule =
      'any: [{ attribute: vip, operator: contains, value: x }, { attribute: hot, operator: before, value: 2026-01-01 }]';
    expect(problemsOf({ 'a.yaml': declared, 'b.yaml': segment('a', rule) })).toEqual([
      expect.stringMatching(/^b\.yaml, segments\[0\]\.rule\.any\.0: vip is a boolean; contains is for string/),
      expect.stringMatching(/^b\.yaml, segments\[0\]\.rule\.any\.1: hot is a number; before is for date/),
    ]);
  });

  it('may ask for one that only the API knows', () => {
    expect(read({ 'a.yaml': segment('a', 'all: [{ segment: made-by-hand, operator: in }]') }).segments).toHaveLength(1);
  });
});

describe('a wrong line', () => {
  it.each([
    ['platform: manychat', 'platform: icq', /^a\.yaml, sources\[0\]\.platform: .*expected.*manychat.*; found "icq"$/],
    ['title: Acme', 'title: ""', /^a\.yaml, sources\[0\]\.title: .+; found ""$/],
    ['title: Acme', 'title: [x]', /^a\.yaml, sources\[0\]\.title: .*expected string.*; found a list of 1$/],
    ['key: acme', 'key: Acme!', /^a\.yaml, sources\[0\]\.key: must be lower-case .*; found "Acme!"$/],
    ['sources:', 'source:', /^a\.yaml, the file: Unrecognized key: "source"; found source$/],
  ])('%s → %s names the file, the path, what is expected and what was found', (from, to, expected) => {
    expect(problemsOf({ 'a.yaml': source().replace(from, to) })).toEqual([expect.stringMatching(expected)]);
  });

  it('of a platform’s or a provider’s settings is named like any other', () => {
    const destination = `
destinations:
  - key: hub
    provider: hubspot
    title: Hub
    settings: { accessToken: pat-1, tier: huge }
    mapping: { object: cars, key: { from: email, to: email } }`;
    const problems = problemsOf({ 'a.yaml': destination });
    expect(problems).toEqual([
      expect.stringMatching(/^a\.yaml, destinations\[0\]\.settings\.tier: .+; found "huge"$/),
      'a.yaml, destinations[0].mapping.object: must be one of contacts, which is what HubSpot has; found "cars"',
    ]);
  });

  it('does not keep the others from being named', () => {
    const files = { 'a.yaml': source().replace('title: Acme', 'title: 1'), 'b.yaml': 'sources: 5' };
    expect(problemsOf(files)).toHaveLength(2);
  });

  it('that is not YAML is named with its place', () => {
    expect(problemsOf({ 'a.yaml': 'sources:\n  - key: [' })).toEqual([expect.stringMatching(/^a\.yaml: .*line 2/)]);
  });
});

describe('a secret', () => {
  it.each([
    ['too short a one', source().replace('${SECRET:-top-secret-value}', 'hunter2')],
    ['one of the wrong type', source().replace("'${SECRET:-top-secret-value}'", '31337')],
    [
      'one beside an unknown word',
      source('    colour: red\n').replace('${SECRET:-top-secret-value}', 'hunter2hunter2'),
    ],
    [
      'one in settings with an unknown word',
      'destinations: [{ key: h, provider: hubspot, title: H, settings: { accessToken: hunter2, colour: red } }]',
    ],
    ['one under a word that does not belong there', `token: hunter2\n${source()}`],
  ])('is never shown: %s', (_what, file) => {
    const said = problemsOf({ 'a.yaml': file }).join('\n');
    expect(said).toContain('a.yaml');
    expect(said).not.toMatch(/hunter2|31337/);
  });
});

it('says that the folder cannot be read, and how to name another one', () => {
  expect(() => readConfiguration({ folder: '/nowhere/at/all', variables: {}, sandbox: true })).toThrow(/CONFIG_DIR/);
});
