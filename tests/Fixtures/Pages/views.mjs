// The views in which pages are opened, and what axe-core checks in each. Light and dark pages differ in their colours alone, and wide
// and narrow ones in their layout alone, so every rule is checked in two views and none in four.

const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

export const VIEWS = [
  { colorScheme: "light", width: 1280, height: 900, rules: (axe) => axe },
  { colorScheme: "dark", width: 1280, height: 900, rules: (axe) => axe.withRules(COLOUR_RULES) },
  { colorScheme: "light", width: 390, height: 844, rules: (axe) => axe.disableRules(COLOUR_RULES) },
  { colorScheme: "dark", width: 390, height: 844, rules: null },
];

/** Returns what axe-core finds in a page without frames: {id, impact, nodes} for each broken rule. */
export async function violations(axe, { rules } = VIEWS[0]) {
  // The results of frames would be joined in a second page.
  return rules === null ? [] : (await rules(axe).setLegacyMode(true).analyze()).violations;
}
