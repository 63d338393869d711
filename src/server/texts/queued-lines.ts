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
  const translate = async (lines: readonly WantedLine[], withAlignment: boolean): Promise<LineTranslation[]> => {
    const choice = Math.max(served.beamSize, variants);
    const translator = served.translator({ source, target, nBest: choice, withAlignment });
    const asked = lines.map(({ text, terms, several }): SourceLine => {
      const nBest = several === true || variants > 1 ? choice : 1;
      return { text, nBest, ...(terms && { terms }) };
    });
    return served.queue.translate({ client, translator, lines: asked, signal });
  };
  return async function* (lines) {
    const results = new Array<LineTranslation>(lines.length);
    const indices = [...lines.keys()];
    await Promise.all(
      [false, true].map(async (alignment) => {
        const own = indices.filter((i) => (lines[i]!.alignment ?? false) === alignment);
        if (own.length === 0) return;
        const found = await translate(
          own.map((i) => lines[i]!),
          alignment,
        );
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

function tooLong(line: string): RequestError {
  return new RequestError(413, `A line of ${line.length} characters is longer than the model translates.`, {
    nextStep: "Break it into sentences.",
  });
}
