/** `nmt report`: a training run as one HTML page: learning curves, balance of experts, translations over time, configuration. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { stringify } from "yaml";
import type { CommandModule } from "yargs";
import { writeFileAtomic } from "../../base/atomic-file.ts";
import { CheckpointError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { modelPaths } from "../../checkpoint/model-directory.ts";
import { type Config, toSettings } from "../../config/config.ts";
import { sectionTitles } from "../../config/help.ts";
import { loadConfig } from "../../config/load.ts";
import { type SectionName, sections } from "../../config/schema.ts";
import { readRunLog } from "../../report/run-log.ts";
import { type StepSamples, spreadSteps } from "../../report/samples-section.ts";
import { type TrainingReport, trainingPage } from "../../report/training-page.ts";
import { readSamples, sampledSteps } from "../../report/validation-samples.ts";
import { refuseOtherFiles } from "../own-output.ts";

interface ReportArguments {
  model: string;
  output: string | undefined;
}

export const reportCommand: CommandModule<object, ReportArguments> = {
  command: "report",
  describe: "Write a training run's learning curves, translations and configuration as an HTML page",
  builder: (yargs) =>
    yargs
      .option("model", {
        type: "string",
        demandOption: true,
        describe: "Model directory that nmt train wrote, or is writing",
      })
      .option("output", {
        type: "string",
        describe: "HTML file to write",
        defaultDescription: "report.html in the model directory",
      }) as never,
  handler: ({ model, output }) => {
    const path = output ?? join(model, "report.html");
    const another = "Name another file after --output, or move this one.";
    refuseOtherFiles(path, /<title>Training of /, "a page of nmt report", another);
    writeFileAtomic(path, trainingPage(readTraining(model)));
    log.info(`the report is in ${path}`);
  },
};

/** Also of a run that has no weights yet. Throws CheckpointError where nothing was trained, DataError for a log that can't be read. */
function readTraining(directory: string): TrainingReport {
  const paths = modelPaths(directory);
  if (!existsSync(paths.config)) {
    throw new CheckpointError("no training run here: the configuration is missing", {
      where: paths.config,
      nextStep: "Check the path after --model: it is the save_model of a run.",
    });
  }
  const entries = readRunLog(paths.log);
  return {
    name: basename(resolve(directory)),
    log: entries,
    samples: samplesOf(
      directory,
      new Set(entries.filter(({ event }) => event === "validation").map(({ step }) => step)),
    ),
    configuration: configurationBlocks(loadConfig(paths.config)),
  };
}

/** Of some of the validations in the log; files that a resumed run has taken back are passed over. */
function samplesOf(directory: string, validated: ReadonlySet<number>): StepSamples[] {
  const steps = sampledSteps(directory).filter((step) => validated.has(step));
  return spreadSteps(steps).map((step) => ({ step, corpora: readSamples(directory, step) }));
}

function configurationBlocks(config: Config): TrainingReport["configuration"] {
  const settings = toSettings(config) as unknown as Record<string, unknown>;
  return (Object.keys(sections) as SectionName[]).map((name) => {
    const keys = Object.keys(sections[name]).filter((key) => settings[key] !== undefined);
    return { title: sectionTitles[name], yaml: stringify(Object.fromEntries(keys.map((key) => [key, settings[key]]))) };
  });
}
