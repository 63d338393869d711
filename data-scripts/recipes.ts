/** Every corpus recipe by name. */

import type { Recipe } from "../src/corpora/recipe.ts";
import { debianL10n } from "./debian-l10n.ts";
import { iwslt14 } from "./iwslt14.ts";
import { libreofficeHelp } from "./libreoffice-help.ts";
import { multi30k } from "./multi30k.ts";
import { reverse } from "./reverse.ts";
import { tatoeba } from "./tatoeba.ts";
import { vscodeL10n } from "./vscode-l10n.ts";
import { wmt14, wmt16 } from "./wmt.ts";

export const RECIPES: readonly Recipe[] = [
  reverse,
  vscodeL10n,
  multi30k,
  tatoeba,
  iwslt14,
  wmt14,
  wmt16,
  debianL10n,
  libreofficeHelp,
];
