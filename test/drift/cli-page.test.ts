import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { cliPage, commandsOf, examples, silentProgram } from '../../scripts/cli-page.ts';

/** Words of a call as a shell takes them apart; the examples quote with ' alone. */
const words = (call: string): string[] =>
  [...call.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

const commands = commandsOf(silentProgram());
const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

describe('docs/cli.md', () => {
  test('has every command, each with an example, and no other', () => {
    expect(Object.keys(examples).sort()).toEqual([...commands.keys()].sort());
    const heads = [...cliPage().matchAll(/^## medley (.*)$/gm)].map(([, path]) => path);
    expect(heads).toEqual([...commands.keys()]);
  });

  test('describes every option of every command as --help does', () => {
    const page = cliPage();
    for (const command of commands.values()) {
      for (const { flags, description } of command.options) {
        expect(description).not.toBe('');
        const says = description.replace(/ \(default: .*\)$/, '').replaceAll('|', '\\|');
        expect(page).toContain(`| \`${flags.replaceAll('|', '\\|')}\` | ${says}`);
      }
    }
  });

  test.each(Object.entries(examples).flatMap(([path, calls]) => calls.map((call) => [path, call] as const)))(
    'the example of %s is one it takes: %s',
    async (path, call) => {
      const program = silentProgram();
      let ran = false;
      commandsOf(program)
        .get(path)
        ?.action(() => {
          ran = true;
        });
      const [name, ...args] = words(call);
      expect(name).toBe('medley');
      await program.parseAsync(args, { from: 'user' });
      expect(ran).toBe(true);
    },
  );

  test.each(['README.md', 'docs/protocol.md'])('the commands that %s names are there', (file) => {
    const named = [...read(file).matchAll(/npx medley ([a-z][a-z -]*?)(?= --| [A-Z0-9<`]|`|\n|$)/g)].map(
      ([, path]) => path,
    );
    for (const path of named) expect([...commands.keys()].some((one) => one.startsWith(path ?? ''))).toBe(true);
  });

  test('npx medley runs the command line', () => {
    const { bin } = parse(read('package.json')) as { bin: Record<string, string> };
    expect(read(bin.medley ?? '')).toContain('cmd/medley.ts');
  });
});
