// Puts the checked-in results into bench/README.md and the front page. `npm run bench:report`
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const HERE = import.meta.dirname;
const Machine = z.object({ processor: z.string(), cores: z.number(), memoryGiB: z.number(), node: z.string() });
const Stage = z.object({ seconds: z.number(), peakMiB: z.number() });
const Proving = z.object({
  command: z.string(),
  date: z.string(),
  commit: z.string(),
  machine: Machine,
  measured: z.array(
    z.object({
      id: z.string(),
      constraints: z.number(),
      zkeyMiB: z.number(),
      compile: Stage,
      setup: Stage.extend({ secondsPer100k: z.number() }),
      prove: Stage.extend({ backend: z.string() }),
      witness: z.object({ seconds: z.number() }),
      verify: z.object({ milliseconds: z.number() }),
    }),
  ),
});
const Rates = z.object({ signed: z.number(), withoutSignatures: z.number() });
const Native = z.object({
  command: z.string(),
  measured: z.object({
    profile: z.object({
      id: z.string(),
      threads: z.number(),
      witnessSeconds: z.number(),
      backends: z.array(z.object({ backend: z.string(), seconds: z.number(), timesSnarkjs: z.number() })),
    }),
    scale: z.array(
      z.object({
        constraints: z.number(),
        zkeyMiB: z.number(),
        setupSeconds: z.number(),
        setupPeakMiB: z.number(),
        proveSeconds: z.number(),
        microsecondsPerConstraint: z.number(),
        provePeakMiB: z.number(),
      }),
    ),
  }),
});
const Ledger = z.object({
  command: z.string(),
  measured: z.object({
    transitionsPerSecond: Rates.extend({ withoutNative: Rates, timesFaster: z.number() }),
    poseidonMicroseconds: z.object({
      circomlibjs: z.number(),
      single: z.number(),
      batched: z.number(),
      timesFaster: z.object({ single: z.number(), batched: z.number() }),
    }),
    tree: z.array(z.object({ accounts: z.number(), buildSeconds: z.number(), millisecondsPerLeaf: z.number() })),
  }),
});

const Farm = z.object({
  command: z.string(),
  measured: z.object({
    proofs: z.object({
      profile: z.string(),
      batches: z.number(),
      secondsPerProof: z.object({ direct: z.number(), oneWorker: z.number(), twoWorkers: z.number() }),
      overheadPercent: z.number(),
      timesTwoWorkers: z.number(),
    }),
    scheduler: z.object({
      jobs: z.number(),
      workers: z.number(),
      proofMs: z.number(),
      seconds: z.number(),
      jobsPerSecond: z.number(),
      proven: z.number(),
      again: z.number(),
      coordinatorPeakMiB: z.number(),
    }),
  }),
});

const Aggregation = z.object({
  command: z.string(),
  measured: z.object({
    productNanoseconds: z.number(),
    setup: z.object({ maxCount: z.number(), seconds: z.number() }),
    proving: z.array(
      z.object({
        count: z.number(),
        bytes: z.number(),
        rows: z.array(
          z.object({ threads: z.number(), ms: z.number(), msPerProof: z.number(), productsPerProof: z.number(), peakMiB: z.number() }),
        ),
      }),
    ),
    verifying: z.array(
      z.object({ count: z.number(), rows: z.array(z.object({ backend: z.string(), ms: z.number(), products: z.number() })) }),
    ),
  }),
});
const Browser = z.object({
  command: z.string(),
  measured: z.object({
    browser: z.string(),
    rounds: z.number(),
    measured: z.array(
      z.object({
        backend: z.string(),
        batches: z.number(),
        firstMs: z.number(),
        bestMs: z.number(),
        syncMs: z.number(),
        bytes: z.number(),
      }),
    ),
  }),
});

const load = <T>(schema: z.ZodType<T>, name: string): T =>
  schema.parse(JSON.parse(readFileSync(join(HERE, "results", `${name}.json`), "utf8")));

function between(file: string, mark: string, text: string): void {
  const [begin, end] = [`<!-- ${mark}: begin -->`, `<!-- ${mark}: end -->`];
  const old = readFileSync(file, "utf8");
  writeFileSync(file, `${old.slice(0, old.indexOf(begin) + begin.length)}\n${text}\n${old.slice(old.indexOf(end))}`);
}

const n = (x: number): string => x.toLocaleString("en-US");
const proving = load(Proving, "proving");
const native = load(Native, "native");
const ledger = load(Ledger, "ledger");
const { transitionsPerSecond: rates, poseidonMicroseconds: hashes } = ledger.measured;
const farm = load(Farm, "farm");
const { proofs, scheduler } = farm.measured;
const { command: aggregationCommand, measured: aggregation } = load(Aggregation, "aggregation");
const { command: browserCommand, measured: browser } = load(Browser, "browser");
const { machine } = proving;
const where = `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ${proving.date}, commit ${proving.commit}`;

const rows = proving.measured.map(
  (m) =>
    `| ${m.id} | ${n(m.constraints)} | ${m.compile.seconds.toFixed(1)} s | ${m.setup.seconds.toFixed(1)} s | ${m.witness.seconds.toFixed(2)} s | ${m.prove.seconds.toFixed(2)} s | ${m.verify.milliseconds} ms |`,
);
const { backends } = native.measured.profile;
const inWords = backends
  .map((b) => `${b.backend} ${b.seconds} s${b.timesSnarkjs === 1 ? "" : ` (${b.timesSnarkjs} times as fast as snarkjs)`}`)
  .join("; ");
const inBrowser = (backend: string, batches: number) =>
  browser.measured.find((m) => m.backend === backend && m.batches === batches)?.bestMs;
const inNode = (backend: string, count: number) =>
  aggregation.verifying.find((v) => v.count === count)?.rows.find((row) => row.backend === backend)?.ms;
const certificateRows = [
  "| certificate of | bytes | to make, per proof, one thread | two threads | verify, Node with mcl | Chromium with noble | with mcl |",
  "|---|---|---|---|---|---|---|",
  ...aggregation.verifying.map(({ count }) => {
    const made = aggregation.proving.find((p) => p.count === count);
    const perProof = (threads: number) => made?.rows.find((row) => row.threads === threads)?.msPerProof;
    const verified = `${inNode("mcl", count)} ms | ${inBrowser("noble", count)} ms | ${inBrowser("mcl", count)} ms`;
    return `| ${n(count)} batches | ${n(made?.bytes ?? 0)} | ${perProof(1)} ms | ${perProof(2)} ms | ${verified} |`;
  }),
];
const speed = [
  `On ${machine.cores} cores (${where}):`,
  "",
  "| profile | constraints | compile, once | development keys, once | witness | prove | verify |",
  "|---|---|---|---|---|---|---|",
  ...rows,
  "",
  `Proving the ${native.measured.profile.id} profile by ${native.measured.profile.threads} threads: ${inWords}.`,
  "",
  ...certificateRows,
].join("\n");
between(join(HERE, "..", "README.md"), "speed", speed);

const details = [
  `${where}.`,
  "",
  `\`${proving.command}\``,
  "",
  "| profile | constraints | zkey | compile | its peak | keys | per 100 k constraints | their peak | witness | prove | its peak | verify |",
  "|---|---|---|---|---|---|---|---|---|---|---|---|",
  ...proving.measured.map(
    (m) =>
      `| ${m.id} | ${n(m.constraints)} | ${m.zkeyMiB} MiB | ${m.compile.seconds} s | ${m.compile.peakMiB} MiB | ${m.setup.seconds} s | ${m.setup.secondsPer100k} s | ${m.setup.peakMiB} MiB | ${m.witness.seconds} s | ${m.prove.seconds} s | ${m.prove.peakMiB} MiB | ${m.verify.milliseconds} ms |`,
  ),
  "",
  `\`${native.command}\``,
  "",
  `A full batch of signed trades in the ${native.measured.profile.id} profile; the backends take turns, the best of three rounds counts. Its witness takes ${native.measured.profile.witnessSeconds} s.`,
  "",
  "| backend | seconds | times snarkjs |",
  "|---|---|---|",
  ...backends.map((b) => `| ${b.backend} | ${b.seconds} | ${b.timesSnarkjs} |`),
  "",
  "Sizes, all values filling the field (a real batch has many small ones); peak memory of the whole process, the mapped key included:",
  "",
  "| constraints | zkey | keys | their peak | prove | per constraint | its peak |",
  "|---|---|---|---|---|---|---|",
  ...native.measured.scale.map(
    (s) =>
      `| ${n(s.constraints)} | ${s.zkeyMiB} MiB | ${s.setupSeconds} s | ${s.setupPeakMiB} MiB | ${s.proveSeconds} s | ${s.microsecondsPerConstraint} µs | ${s.provePeakMiB} MiB |`,
  ),
  "",
  `\`${ledger.command}\``,
  "",
  "Trades executed per second, in one batch at 12 levels, roots included:",
  "",
  "| | both signatures checked | without signatures |",
  "|---|---|---|",
  `| native | ${n(rates.signed)} | ${n(rates.withoutSignatures)} |`,
  `| ZKSTATE_NATIVE=off | ${n(rates.withoutNative.signed)} | ${n(rates.withoutNative.withoutSignatures)} |`,
  "",
  `Natively ${rates.timesFaster} times as many, signatures checked. Poseidon of four words: ${hashes.circomlibjs} µs by circomlibjs, ${hashes.single} µs natively (${hashes.timesFaster.single} times faster), ${hashes.batched} µs in batches of 1024 (${hashes.timesFaster.batched} times).`,
  "",
  "| accounts | build the tree | update per changed leaf, 16 changed |",
  "|---|---|---|",
  ...ledger.measured.tree.map((t) => `| ${n(t.accounts)} | ${t.buildSeconds} s | ${t.millisecondsPerLeaf} ms |`),
  "",
  `\`${farm.command}\``,
  "",
  `${proofs.batches} batches of the ${proofs.profile} profile, one thread per proof, seconds per proof once all is warm:`,
  "",
  "| directly, one after the other | one worker | two workers |",
  "|---|---|---|",
  `| ${proofs.secondsPerProof.direct} | ${proofs.secondsPerProof.oneWorker} (${proofs.overheadPercent} % more) | ${proofs.secondsPerProof.twoWorkers} (${proofs.timesTwoWorkers} times one worker) |`,
  "",
  `Scheduler: ${n(scheduler.jobs)} jobs over ${scheduler.workers} workers with simulated proofs of ${scheduler.proofMs} ms in ${scheduler.seconds} s, ${scheduler.jobsPerSecond} a second; ${n(scheduler.proven)} proven, ${scheduler.again} twice; the coordinator's peak was ${scheduler.coordinatorPeakMiB} MiB.`,
  "",
  `\`${aggregationCommand}\``,
  "",
  `Best of some rounds; in brackets multiples of one Montgomery product of 254 bits in ffjavascript's WebAssembly, ${aggregation.productNanoseconds} ns in the same run. A development setup for ${n(aggregation.setup.maxCount)} proofs takes ${aggregation.setup.seconds} s. Peak memory is of the whole process.`,
  "",
  "| proofs | bytes | one thread, per proof | peak | two threads, per proof | peak |",
  "|---|---|---|---|---|---|",
  ...aggregation.proving.map(({ count, bytes, rows: made }) => {
    const cells = made.map((row) => `${row.msPerProof} ms (${n(row.productsPerProof)}) | ${row.peakMiB} MiB`);
    return `| ${n(count)} | ${n(bytes)} | ${cells.join(" | ")} |`;
  }),
  "",
  "| verified in Node | 256 proofs | 1,024 proofs |",
  "|---|---|---|",
  ...(aggregation.verifying[0]?.rows ?? []).map(({ backend }) => {
    const cells = aggregation.verifying.map(({ rows: verified }) => verified.find((row) => row.backend === backend));
    return `| ${backend} | ${cells.map((cell) => `${cell?.ms} ms (${n(cell?.products ?? 0)})`).join(" | ")} |`;
  }),
  "",
  `\`${browserCommand}\``,
  "",
  `${browser.browser}, the shipped bundle, a page each; best of ${browser.rounds}, the first time, and the whole first sync from an empty client to a verified head.`,
  "",
  "| | batches | certificate | first time | first sync | bytes read |",
  "|---|---|---|---|---|---|",
  ...browser.measured.map((m) => `| ${m.backend} | ${n(m.batches)} | ${m.bestMs} ms | ${m.firstMs} ms | ${m.syncMs} ms | ${n(m.bytes)} |`),
].join("\n");
between(join(HERE, "README.md"), "results", details);
