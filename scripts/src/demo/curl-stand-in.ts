// Takes curl's place in the demo where it is not installed: prints what the last argument answers.
const response = await fetch(process.argv.at(-1) ?? '', { signal: AbortSignal.timeout(10_000) });
console.log(await response.text());
