// Writes tests/data/dicebear_oracle.tsv: what the reference renderer draws, as hashes, so that the
// tests of src/engine/sketch/dice.hpp need no Node.
//
//   mkdir /tmp/oracle && cd /tmp/oracle && npm init -y
//   npm install @dicebear/core@10.7.0 @dicebear/styles@10.6.0
//   node <repository>/tools/dicebear_oracle.mjs /tmp/oracle \
//     > <repository>/tests/data/dicebear_oracle.tsv
//
// Pin both versions: without them an older Node gets core 9, which has another interface.
// A line: style, options as JSON, first 16 hexadecimal digits of the SVG's SHA-256.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const modules = join(resolve(process.argv[2] ?? '.'), 'node_modules', '@dicebear');
const { Avatar, Style } = await import(pathToFileURL(join(modules, 'core', 'lib', 'index.js')));

// The styles that medusa may draw with, then four that use the other rules of the format: copied
// components, contrast, own definitions, moved parts, weights, tags.
const styles = [
  'lorelei', 'toon-head', 'adventurer', 'open-peeps', 'notionists', 'voxel-art', 'pixel-art',
  'blobs', 'constellation', 'sprouts', 'disco',
];
const casesPerStyle = 220;
const plainCases = 20;

let state = 20260101;
const below = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const chance = (percent) => below(100) < percent;
const one = (items) => items[below(items.length)];
const some = (items, most) => Array.from({ length: 1 + below(most) }, () => one(items));
const number = (min, max) => Math.round((min + (below(10001) / 10000) * (max - min)) * 100) / 100;
const numberOrRange = (min, max) =>
  chance(50) ? number(min, max) : [number(min, max), number(min, max)];
const oneOrSome = (items) => (chance(50) ? one(items) : some(items, 3));

const words = ['Luna Starweaver', 'Zara-7', 'Ægir', 'żółw', '猫', 'emoji 🐢', '"quoted" & <odd>', ''];
const seed = () => (chance(60) ? String(below(1e9)) : one(words) + (chance(50) ? below(100) : ''));
const color = () => {
  const digits = one([3, 4, 6, 6, 6, 8]);
  const hex = Array.from({ length: digits }, () => one([...'0123456789abcdefABCDEF'])).join('');
  return (chance(50) ? '#' : '') + hex;
};

function componentOptions(options, name, component) {
  const variants = Object.keys(component.variants ?? {});
  if (chance(20)) options[`${name}Probability`] = one([0, 100, below(101)]);
  if (variants.length === 0 || !chance(25)) return;
  const kind = below(4);
  if (kind === 0) options[`${name}Variant`] = one(variants);
  if (kind === 1) options[`${name}Variant`] = some(variants, 5);
  if (kind === 2)
    options[`${name}Variant`] = Object.fromEntries(some(variants, 5).map((v) => [v, below(4)]));
  if (kind === 3) options[`${name}Variant`] = [one(variants), 'noSuchVariant'];
}

function colorOptions(options, name) {
  if (chance(30))
    options[`${name}Color`] = chance(30) ? color() : Array.from({ length: 1 + below(4) }, color);
  if (chance(30)) options[`${name}ColorFill`] = oneOrSome(['solid', 'linear', 'radial']);
  if (chance(15)) options[`${name}ColorAngle`] = numberOrRange(-360, 360);
  if (chance(15)) options[`${name}ColorFillStops`] = chance(50) ? 2 + below(4) : [2, 2 + below(4)];
  if (chance(20)) options[`${name}ColorOrder`] = one(['fixed', 'random']);
}

function wholeOptions(options, tags) {
  if (chance(15)) options.size = 16 + below(1000);
  if (chance(15)) options.title = one(['Luna & <friends>', "it's \"me\"", 'żółw']);
  if (chance(20)) options.flip = oneOrSome(['none', 'horizontal', 'vertical', 'both']);
  if (chance(20)) options.scale = numberOrRange(0, 3);
  if (chance(20)) options.borderRadius = numberOrRange(0, 50);
  if (chance(20)) options.rotate = numberOrRange(-360, 360);
  if (chance(20)) options.translateX = numberOrRange(-100, 100);
  if (chance(20)) options.translateY = numberOrRange(-100, 100);
  if (tags.length > 0 && chance(30))
    options.tags = some(tags.flatMap((tag) => [tag, `!${tag}`, tag.split(':')[0]]), 3);
}

for (const name of styles) {
  const definition = JSON.parse(readFileSync(join(modules, 'styles', 'dist', `${name}.min.json`)));
  const style = new Style(definition);
  const components = Object.entries(definition.components ?? {});
  const tags = [...new Set(components.flatMap(([, component]) =>
    Object.values(component.variants ?? {}).flatMap((variant) => variant.tags ?? [])))];
  for (let i = 0; i < casesPerStyle; ++i) {
    const options = { seed: seed() };
    if (i >= plainCases) {
      for (const [component, details] of components) componentOptions(options, component, details);
      for (const palette of [...Object.keys(definition.colors ?? {}), 'background'])
        if (chance(50)) colorOptions(options, palette);
      wholeOptions(options, tags);
    }
    const svg = new Avatar(style, options).toString();
    const hash = createHash('sha256').update(svg).digest('hex').slice(0, 16);
    console.log([name, JSON.stringify(options), hash].join('\t'));
  }
}
