/** Every corpus recipe by name. */
import { multi30k } from "./multi30k.ts";
import type { Recipe } from "./recipe.ts";
import { reverse } from "./reverse.ts";
import { vscodeL10n } from "./vscode-l10n.ts";

export const RECIPES: readonly Recipe[] = [reverse, vscodeL10n, multi30k];
