/** What bin/nmt.js does, on the sources. NMT_TEST_SIGNAL=SIGKILL@TEXT: sends itself the signal at the first message with the text. */
import { setLogSink } from "../../src/base/logger.ts";
import { main } from "../../src/cli/main.ts";

const [signal, text] = process.env["NMT_TEST_SIGNAL"]?.split("@") ?? [];
if (signal !== undefined && text !== undefined) {
  const write = setLogSink((line) => {
    write(line);
    if (!line.includes(text)) return;
    setLogSink(write);
    process.kill(process.pid, signal);
  });
}

process.exitCode = await main(process.argv.slice(2));
