// Calls by the client that openapi-generator makes in TypeScript of /openapi.json. Writes claims as
// claims.py does.
//
// usage: calls.ts BASE KEY PICTURE
import * as atelier from "./client/index.ts";

const [base, key, picture] = Deno.args;
const settings = new atelier.Configuration({ basePath: base, accessToken: key, apiKey: key });

function claim(text: string, holds: boolean, seen: unknown = undefined) {
  console.log(JSON.stringify({ claim: "TypeScript: " + text, holds, seen: String(seen).slice(0, 500) }));
}

const openAI = new atelier.OpenAIImagesApi(settings);
const jobs = new atelier.ImaRouterAndJobsApi(settings);

const models: atelier.OpenAIList = await openAI.listModels();
claim("models are OpenAI's list", models.object === "list" && models.data.length > 1, models.object);

const cards = await new atelier.ImageRouterApi(settings).listImageRouterModels({ name: "test" });
claim("models are ImageRouter's map", cards["test/test"].output[0] === "image", Object.keys(cards));

const made = await openAI.createImage({
  createImageBody: { model: "test/test", prompt: "a fox", size: "64x64", quality: "low" },
});
const first = made.data[0] as atelier.Base64Picture;
claim("an image is made", atob(first.b64Json).slice(1, 4) === "PNG", made);

const file = new Blob([await Deno.readFile(picture)]);
const edited = await openAI.createImageEdit({ model: "test/test", prompt: "make it snow", image: [file] });
claim("a file is edited", edited.data.length === 1, edited);

const kept = await jobs.generateImage({
  generateImageBody: { model: "test/test", prompt: "a fox", metadata: { order: "17" } },
});
claim("an image is kept", kept.url !== null && kept.width === 1024, kept.url);

const batch = await jobs.createBatch({
  createBatchBody: { model: "test/test", prompts: [{ prompt: "a fox" }, { prompt: "an owl" }] },
});
claim("a batch is queued", batch.total === 2, batch.total);
const ended = await jobs.getBatch({ id: batch.jobId, wait: 60 });
claim("it is made", ended.completedCount === 2, ended.status);

const image = await new atelier.OpenRouterApi(settings).createOpenRouterImage({
  createOpenRouterImageBody: { model: "test/test", prompt: "a fox", aspectRatio: "1:1" },
});
claim("OpenRouter's shape is read", image.data[0].mediaType === "image/png", image.data[0].mediaType);

const v2 = new atelier.V2JobAPIApi(settings);
const job = await v2.createV2Job({ createV2JobBody: { model: "test/test", prompt: "a fox" } });
const done = await v2.getV2Job({ id: job.jobId, wait: 60 });
claim("a job is done", done.status === "COMPLETED", done.status);

const account = new atelier.AccountAndPicturesApi(settings);
const balance = await account.getBalance();
claim("the balance is read", balance.available > 0, balance.available);
const log = await account.listGenerations({ limit: 3 });
claim("the log is read", log.generations.length === 3 && log.hasMore, log.hasMore);
claim("a time is a time", log.generations[0].createdAt instanceof Date, log.generations[0].createdAt);
const bytes = await account.getImage({ name: kept.url.split("/").at(-1) });
claim("a picture is fetched", bytes.size > 100, bytes.size);

try {
  await openAI.createImage({ createImageBody: { model: "no/such", prompt: "a fox" } });
  claim("a refusal is thrown", false);
} catch (error) {
  const told = atelier.OpenAIErrorFromJSON(await (error as atelier.ResponseError).response.json());
  claim("a refusal is read", told.error.code === "model_not_found", told.error.message);
}
