/**
 * Compiles the native addon: native/src → native/build/nmt_native.node. Needs a C++17 compiler and nothing else.
 *
 *   node native/build.mjs [--families gemm,lstm] [--folder native/build] [--test] [--verbose]
 *
 * Families are discovered by folder. In native/src/<family>/ a file *_kernels.cc is compiled once per instruction set,
 * *_kernels.amx.cc for amx only, every other .cc once; <family>_binding.cc must define `void register_<family>(Registry&)`. Unchanged objects are kept.
 * With --test, native/test and the families it needs become the program native/build/native_test instead.
 */
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const JOBS = availableParallelism();
const native = dirname(fileURLToPath(import.meta.url));
const source = join(native, "src");
/** A path as compilers are given it, which run in native/: the same in any copy of the project, and so are fingerprints. */
const local = (path) => relative(native, path);

const { values: options } = parseArgs({
  options: {
    families: { type: "string" },
    folder: { type: "string", default: join(native, "build") },
    test: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});
const build = resolve(options.folder);

const AVX512 = [
  ...["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl"],
  ...["-mfma", "-mbmi2", "-mprefer-vector-width=512"],
];
/** Compiler flags of each instruction set, lowest first: the linker keeps the first copy of a shared inline function. */
const INSTRUCTION_SETS = {
  x86_64: {
    portable: ["-march=x86-64"],
    avx2: ["-mavx2", "-mfma", "-mbmi2"],
    avxvnni: ["-mavx2", "-mfma", "-mbmi2", "-mavxvnni"],
    avx512: AVX512,
    avx512vnni: [...AVX512, "-mavx512vnni"],
    avx512bf16: [...AVX512, "-mavx512bf16"],
    amx: [...AVX512, "-mavx512bf16", "-mavx512vnni", "-mamx-tile", "-mamx-bf16"],
  },
  aarch64: { portable: [], neon: [], neondot: ["-march=armv8.2-a+dotprod"] },
};
/** Instruction sets that differ from another one in few families: only files of their own are compiled for them. */
const OWN_FILES_ONLY = new Set(["amx", "avxvnni", "avx512vnni", "neondot"]);
// GCC 12's own AVX-512 headers trip its warnings about uninitialised values.
const KERNEL_FLAGS = ["-Wno-unknown-warning-option", "-Wno-maybe-uninitialized", "-Wno-uninitialized", "-Wno-psabi"];
const BASE_FLAGS = "-std=c++17 -O3 -fPIC -fvisibility=hidden -fno-math-errno -ffp-contract=off -Wall -Wextra -pthread";

/** The compiler to use and the instruction sets it compiles for, or undefined where there is none. */
function findCompiler() {
  const candidates = process.env.CXX === undefined ? ["c++", "g++", "clang++"] : [process.env.CXX];
  for (const compiler of candidates) {
    const machine = spawnSync(compiler, ["-dumpmachine"], { encoding: "utf8" });
    if (machine.status !== 0) continue;
    const target = machine.stdout.trim();
    const architecture = target.startsWith("arm64") ? "aarch64" : target.split("-")[0];
    if (!(architecture in INSTRUCTION_SETS)) continue;
    const instructionSets = { ...INSTRUCTION_SETS[architecture] };
    for (const [isa, source] of Object.entries(OPTIONAL)) {
      if (!(isa in instructionSets)) continue;
      const flags = optionalFlags(compiler, instructionSets[isa], source);
      if (flags === undefined) delete instructionSets[isa];
      else instructionSets[isa] = flags;
    }
    return { compiler, instructionSets, darwin: target.includes("darwin") };
  }
  return undefined;
}

/** Whether a compiler takes a flag, or with `source` can make an object of it. */
function takes(compiler, flags, source) {
  const mode = source === undefined ? ["-E"] : ["-c", "-o", "/dev/null"];
  return spawnSync(compiler, [...flags, ...mode, "-x", "c++", "-"], { input: source ?? "" }).status === 0;
}

/** Instruction sets that a compiler may not know, and what it must be able to compile for them. */
const OPTIONAL = {
  amx: 'void f() { asm volatile("tilezero %tmm0"); }',
  avxvnni: "#include <immintrin.h>\n__m256i f(__m256i a) { return _mm256_dpbusd_avx_epi32(a, a, a); }",
  neondot: "#include <arm_neon.h>\nint32x4_t f(int32x4_t a, int8x16_t b) { return vdotq_s32(a, b, b); }",
};

/** Flags for one of them, as far as the compiler has them; undefined where it can't compile for it. */
function optionalFlags(compiler, wanted, source) {
  const flags = wanted.filter((flag) => takes(compiler, [flag]));
  return takes(compiler, flags, source) ? flags : undefined;
}

/** Folders of native/src that are part of this build. */
function families() {
  const found = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = found.map((entry) => entry.name).sort();
  if (options.families === undefined) return names;
  const infrastructure = ["binding", "isa", "memory", "threads"];
  const wanted = new Set([...infrastructure, ...options.families.split(",")]);
  return names.filter((name) => wanted.has(name));
}

function writeIfChanged(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

/** Writes the list of the families' registration functions, so that the binding needs no edits. */
function writeRegistrations(names) {
  const bound = names.filter((name) => existsSync(join(source, name, `${name}_binding.cc`)));
  const lines = [
    '#include "binding/registry.h"',
    "namespace nmt {",
    ...bound.map((name) => `void register_${name}(Registry&);`),
    "void register_families(Registry& registry) {",
    ...bound.map((name) => `  register_${name}(registry);`),
    "}",
    "}  // namespace nmt",
    "",
  ];
  const path = join(build, "registrations.cc");
  writeIfChanged(path, lines.join("\n"));
  return path;
}

/** The instruction set that a kernel file is for, by its name (`gemm_kernels.amx.cc`). Undefined where it is for all others. */
function ownInstructionSet(file) {
  return /_kernels\.(\w+)\.cc$/.exec(file)?.[1];
}

/** Compilations of a folder: kernel files once per instruction set (rank 1, 2, …), others once (rank 0). */
function unitsOf(folder, { instructionSets }) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".cc"));
  return files.sort().flatMap((file) => {
    const path = join(folder, file);
    const own = ownInstructionSet(file);
    const stem = `${basename(folder)}-${file.slice(0, own === undefined ? -3 : -(own.length + 4))}`;
    if (own === undefined && !file.endsWith("_kernels.cc")) {
      return [{ file: path, object: `${stem}.o`, flags: [], rank: 0 }];
    }
    return Object.entries(instructionSets).flatMap(([isa, isaFlags], i) => {
      if (own !== (OWN_FILES_ONLY.has(isa) ? isa : undefined)) return [];
      const flags = [...isaFlags, ...KERNEL_FLAGS, `-DNMT_ISA=${isa}`, `-DNMT_ISA_${isa.toUpperCase()}`];
      return [{ file: path, object: `${stem}.${isa}.o`, flags, rank: i + 1 }];
    });
  });
}

/** The addon's compilations, in link order: code for all machines first, then each instruction set. */
function addonUnits(target) {
  const names = families();
  const registrations = { file: writeRegistrations(names), object: "registrations.o", flags: [], rank: 0 };
  const units = names.flatMap((name) => unitsOf(join(source, name), target));
  return [registrations, ...units].sort((a, b) => a.rank - b.rank);
}

/** The test program's: native/test and the families it checks, without what needs Node. */
function testUnits(target) {
  const names = [
    "isa",
    "memory",
    "threads",
    "checksum",
    "gemm",
    "lstm",
    "optimizer",
    "quantized",
    "vocabulary",
    "alignment",
  ];
  const folders = names.map((name) => join(source, name));
  const units = [...folders, join(native, "test")].flatMap((folder) => unitsOf(folder, target));
  return units.filter(({ file }) => !file.endsWith("_binding.cc")).sort((a, b) => a.rank - b.rank);
}

/** Fingerprint of a compilation: its command and the contents of every file it read last time. */
function fingerprint(command, object) {
  const dependencies = `${object}.d`;
  if (!existsSync(object) || !existsSync(dependencies)) return undefined;
  const hash = createHash("sha256").update(command.join("\0"));
  const list = readFileSync(dependencies, "utf8")
    .replace(/\\\n/g, " ")
    .replace(/^[^:]*:/, "");
  for (const file of list.split(/\s+/).filter((name) => name.length > 0)) {
    const path = resolve(native, file);
    if (!existsSync(path)) return undefined;
    hash.update(file).update(readFileSync(path));
  }
  return hash.digest("hex");
}

const run = promisify(execFile);

/** Compiles one unit unless its object is current. Returns whether it compiled; throws the compiler's message. */
async function compile(compiler, unit, includes) {
  const object = join(build, unit.object);
  const command = [...BASE_FLAGS.split(" "), ...includes, ...unit.flags, "-c", local(unit.file)];
  const stamp = `${object}.stamp`;
  const current = fingerprint([compiler, ...command], object);
  if (current !== undefined && existsSync(stamp) && readFileSync(stamp, "utf8") === current) return false;
  const temporary = `${object}.${process.pid}.o`;
  const temporaryList = `${temporary}.d`;
  if (options.verbose) console.log(`compile ${unit.object}`);
  try {
    const { stderr } = await run(compiler, [...command, "-o", temporary, "-MMD", "-MF", temporaryList], {
      cwd: native,
      maxBuffer: 1 << 26,
    });
    if (stderr.length > 0) console.error(stderr);
    renameSync(temporary, object);
    renameSync(temporaryList, `${object}.d`);
    writeFileSync(stamp, fingerprint([compiler, ...command], object));
    return true;
  } catch (error) {
    throw new Error(`${relative(native, unit.file)} (${unit.object})\n${error.stderr ?? error.message}`);
  } finally {
    rmSync(temporary, { force: true });
    rmSync(temporaryList, { force: true });
  }
}

/** Compiles the units, a few at a time, and reports every failure. */
async function compileAll(compiler, units, includes) {
  const queue = [...units];
  const failures = [];
  let compiled = 0;
  const worker = async () => {
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
      try {
        if (await compile(compiler, unit, includes)) compiled++;
      } catch (error) {
        failures.push(error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
  return { compiled, failures };
}

/** Links, unless the objects are those of last time; beside the target, then renames: another process may have it open. */
function link({ compiler, darwin }, units, target) {
  const objects = units.map(({ object }) => join(build, object));
  const stamps = objects.map((object) => `${object} ${readFileSync(`${object}.stamp`, "utf8")}`).join("\n");
  const stamp = `${target}.stamp`;
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === stamps) return;
  const temporary = `${target}.${process.pid}.tmp`;
  const shared = darwin ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"];
  const standalone = darwin ? [] : ["-static-libstdc++", "-static-libgcc", "-Wl,--exclude-libs,ALL"];
  const flags = [...(options.test ? [] : shared), ...standalone, "-pthread", ...(darwin ? [] : ["-ldl"])];
  const result = spawnSync(compiler, [...flags, "-o", temporary, ...objects], { encoding: "utf8" });
  if (result.status !== 0) {
    rmSync(temporary, { force: true });
    throw new Error(`linking failed\n${result.stderr}`);
  }
  renameSync(temporary, target);
  writeFileSync(stamp, stamps);
}

/** The folder of node_api.h: of the package node-api-headers, or of this Node's own installation. */
function nodeHeaders() {
  // By this path in a copy whose node_modules is a link, too.
  const beside = join(native, "..", "node_modules", "node-api-headers", "include");
  if (existsSync(join(beside, "node_api.h"))) return beside;
  try {
    return dirname(createRequire(import.meta.url).resolve("node-api-headers/include/node_api.h"));
  } catch {
    const own = join(dirname(process.execPath), "..", "include", "node");
    if (existsSync(join(own, "node_api.h"))) return own;
    throw new Error("node_api.h is missing: npm install node-api-headers");
  }
}

async function main() {
  const toolchain = findCompiler();
  if (toolchain === undefined) {
    console.log(
      "The native backend can't be built: no C++ compiler for this processor (install g++ or clang++, or set CXX). " +
        "The slower wasm backend will be used.",
    );
    return;
  }
  mkdirSync(build, { recursive: true });
  const start = Date.now();
  const units = options.test ? testUnits(toolchain) : addonUnits(toolchain);
  const known = Object.keys(OPTIONAL).filter((isa) => isa in toolchain.instructionSets);
  const defined = known.map((isa) => `-DNMT_WITH_${isa.toUpperCase()}`);
  const includes = [`-I${local(source)}`, "-I.", `-I${local(nodeHeaders())}`, ...defined];
  const { compiled, failures } = await compileAll(toolchain.compiler, units, includes);
  if (failures.length > 0) throw new Error(failures.join("\n"));
  const target = join(build, options.test ? "native_test" : "nmt_native.node");
  link(toolchain, units, target);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  const what = options.test ? "native tests" : "native addon";
  console.log(
    `${what}: ${compiled} of ${units.length} objects compiled in ${seconds} s → ${relative(process.cwd(), target)}`,
  );
}

main().catch((error) => {
  console.error(`The native addon was not built: ${error.message}`);
  process.exitCode = 1;
});
