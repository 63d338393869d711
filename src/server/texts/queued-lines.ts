/** Lines of texts through a served model's queue: those that want the same are translated together with those of other requests. */
import type { SourceLine } from "../../decoding/translation.ts";
import type { TranslateLines, WantedLine } from "../../segments/translate-lines.ts";
import type { Leg } from "../models/catalog.ts";
import type { ServedModel } from "../models/served-model.ts";
import type { LineTranslation } from "../queue/batch-translator.ts";
import { RequestError } from "../request-error.ts";

export interface QueuedLinesOptions {
  leg: Leg;
  /** Translations of each line that may be asked for. */
  variants: number;
  client: string;
  signal: AbortSignal;
  /** Whether a line that is too long has no translation, instead of being refused. Default false. */
  leavesTooLong?: boolean;
}

/** Rejects with RequestError 413 for a line that is too long, with the signal's reason, and with errors of translating. */
export function queuedLines(
  served: ServedModel,
  { leg, variants, client, signal, leavesTooLong = false }: QueuedLinesOptions,
): TranslateLines {
  const { source, target } = leg;
  const translate = async (lines: readonly WantedLine[]): Promise<LineTranslation[]> => {
    const { several = false, alignment: withAlignment = false } = lines[0]!;
    const nBest = several || variants > 1 ? Math.max(served.beamSize, variants) : 1;
    const translator = served.translator({ source, target, nBest, withAlignment });
    return served.queue.translate({ client, translator, lines: lines.map(sourceLine), signal });
  };
  return async function* (lines) {
    const results = new Array<LineTranslation>(lines.length);
    const indices = [...lines.keys()];
    const wishes = new Set(lines.map(wishOf));
    await Promise.all(
      [...wishes].map(async (wish) => {
        const own = indices.filter((i) => wishOf(lines[i]!) === wish);
        const found = await translate(own.map((i) => lines[i]!));
        own.forEach((i, at) => {
          results[i] = found[at]!;
        });
      }),
    );
    for (const [i, result] of results.entries()) {
      if (result.tooLong && !leavesTooLong) throw tooLong(lines[i]!.text);
      yield result;
    }
  };
}

/** What a line wants besides its translation. */
function wishOf({ several = false, alignment = false }: WantedLine): string {
  return `${several} ${alignment}`;
}

function sourceLine({ text, terms }: WantedLine): SourceLine {
  return { text, ...(terms && { terms }) };
}

function tooLong(line: string): RequestError {
  return new RequestError(413, `A line of ${line.length} characters is longer than the model translates.`, {
    nextStep: "Break it into sentences.",
  });
}
