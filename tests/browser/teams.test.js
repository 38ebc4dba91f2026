// Teams in Microsoft's own Agents Playground, in Chromium, on the real corpus. Run by `make test-browser`.
// PYTHON: the interpreter (default .venv/bin/python). CHROMIUM: the browser. Screenshots go to tests/browser/shots/.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { playground } from "./playground.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const QUESTION = "How soon must we report a data breach in New Mexico?";
const servers = [];
let browser;

before(async () => {
  mkdirSync(join(here, "shots"), { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--disable-quic", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
});
after(async () => {
  await browser?.close();
  for (const server of servers) server.kill("SIGTERM");
});

function serve(...options) {
  const server = spawn(process.env.PYTHON ?? join(root, ".venv/bin/python"), [join(here, "serve_teams.py"), ...options], { cwd: root });
  servers.push(server);
  return new Promise((found, failed) => {
    let said = "";
    const read = (data) => {
      said += data;
      const address = said.match(/Serving on (http:\/\/[\d.:]+)/);
      if (address) found({ url: address[1], bare: said.match(/Bare on (http:\/\/[\d.:]+)/)[1] });
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", (code) => failed(new Error(`serve_teams.py ended with ${code}: ${said}`)));
  });
}

async function inPlayground(bot, work) {
  const chat = await playground(browser, bot.url);
  const shot = (name) => chat.page.screenshot({ path: join(here, "shots", `teams-${name}.png`) });
  try {
    await work(chat, shot);
  } catch (error) {
    await shot("failed");
    throw error;
  } finally {
    await chat.close();
  }
}

const taken = (activities) => activities.every((one) => one.status < 300);
const entity = (activity, type) => activity.entities?.find((one) => one.type === type);
const generated = (activity) => entity(activity, "https://schema.org/Message");
const cards = (activity) => (activity.attachments ?? []).map((one) => one.content);
const texts = (activities) => activities.filter((one) => one.type === "message" && one.text);

test("welcome, question, answer, citation, feedback, reaction and edit in a personal chat", async () => {
  const bot = await serve();
  await inPlayground(bot, async (chat, shot) => {
    const [welcome, suggested] = chat.messages();
    assert.match(welcome.text, /I answer questions on US privacy law/);
    assert.equal(suggested.suggestedActions.actions.length, 4);
    await shot("welcome");

    const [typing, answer] = await chat.ask(QUESTION);
    assert.equal(typing.type, "typing");
    assert.match(answer.text, /Breach notice deadline in New Mexico/);
    assert.deepEqual(generated(answer).additionalType, ["AIGeneratedContent"]);
    assert.equal(generated(answer).usageInfo.name, "Information, not legal advice");
    assert.ok(taken(chat.said));
    await chat.page.getByText("AI generated").first().waitFor();
    await shot("answer");

    const citation = generated(answer).citation[0].appearance;
    await chat.page.locator(".fai-Citation").first().hover();
    await chat.page.getByText(citation.name).waitFor();
    await chat.settled(400);
    await shot("citation");
    await chat.page.mouse.move(0, 0);

    const thumbs = chat.page.getByRole("button", { name: /dislike|thumbs ?down/i });
    await thumbs.last().click();
    await chat.settled(400);
    await shot("feedback");
    await chat.page.getByRole("dialog").getByRole("textbox").fill("The deadline is clear");
    await chat.page.getByRole("dialog").getByRole("button", { name: /submit|send/i }).click();
    await chat.settled();
    assert.deepEqual(await (await fetch(`${bot.bare}/feedback`)).json(), [{ helpful: false, reason: null }]);
    await chat.page.getByRole("button", { name: "Close" }).last().click();

    await chat.mock({ type: "messageReaction", id: "r1", reactionsAdded: [{ type: "like" }], replyToId: "1" });
    const before = chat.said.length;
    await chat.settled();
    assert.equal(chat.said.length, before);

    const question = chat.asked.findLast((one) => one.type === "message");
    await chat.mock({ type: "messageUpdate", id: question.id, text: "How soon must we report a data breach in Ohio?", channelData: { ...question.channelData, eventType: "editMessage" } });
    await chat.page.getByText("Breach notice deadline in Ohio", { exact: true }).waitFor();
    await chat.settled();
    assert.equal(await chat.page.getByText("Breach notice deadline in New Mexico", { exact: true }).count(), 0);
    await shot("edited");
    // Deletions stay out: the playground has no deletion of messages yet.
    assert.ok(taken(chat.said), JSON.stringify(chat.said.map((one) => [one.type, one.status])));
  });
});

test("a state is chosen in the card, corrected, and the statute text is read in its place", async () => {
  const bot = await serve();
  await inPlayground(bot, async (chat, shot) => {
    await chat.ask("Can I use customer data for marketing?");
    await shot("which-state");
    const field = chat.page.getByRole("combobox", { name: /choose the state/i }).or(chat.page.getByPlaceholder(/type a name/i)).first();
    await field.click();
    await chat.page.keyboard.type("minnes", { delay: 40 });
    await chat.settled(400);
    await shot("type-ahead");
    await chat.page.getByText("Minnesota", { exact: true }).last().click();
    await chat.page.getByRole("button", { name: "Answer" }).click();
    await chat.page.getByText("Using customer data for marketing in Minnesota").first().waitFor();
    await chat.settled();
    const press = chat.asked.findLast((one) => one.name === "adaptiveCard/action");
    assert.equal(press.value.action.data.place, "MN");
    assert.equal(press.response.type, "application/vnd.microsoft.card.adaptive");
    assert.equal(chat.messages().filter((one) => /which state\?/.test(one.text)).length, 1);
    await shot("chosen");

    await chat.page.getByRole("button", { name: "Show the statute text" }).click();
    await chat.page.getByText("The text behind the answer").waitFor();
    await shot("statute");
    await chat.page.getByRole("button", { name: "Close" }).click();
    await chat.page.getByRole("button", { name: "Wrong state?" }).click();
    await chat.page.getByText("Which state did you mean?").first().waitFor();
    await shot("wrong-state");
    await chat.page.getByRole("button", { name: "Cancel" }).click();
    await chat.page.getByRole("button", { name: "Wrong state?" }).waitFor();
    assert.ok(taken(chat.said));
  });
});

for (const scope of ["group", "channel"]) {
  test(`mention, comparison as a table and follow-up in a ${scope}`, async () => {
    const bot = await serve();
    await inPlayground(bot, async (chat, shot) => {
      await chat.open(scope);
      const [typing, opening, table, rest] = await chat.ask("Compare breach notice deadlines in Arizona, Missouri and Oregon", scope);
      assert.equal(typing.type, "typing");
      assert.equal(cards(table)[0].body[0].type, "Table");
      assert.match(opening.text, /Breach notice deadline/);
      assert.match(rest.text, /Source\(s\)/);
      assert.equal(table.conversation.id, chat.asked.at(-1).conversation.id);
      assert.equal(await chat.page.locator("[role=table], table").count(), 1);
      await shot(`table-${scope}`);

      await chat.page.getByRole("button", { name: "Ask a follow-up" }).last().click();
      await chat.page.getByRole("textbox", { name: /what else/i }).last().fill("And who must be told?");
      await chat.page.getByRole("button", { name: "Ask", exact: true }).last().click();
      await chat.page.getByText("asked:").last().waitFor();
      await chat.settled();
      await shot(`follow-up-${scope}`);
      assert.ok(taken(chat.said));
    });
  });
}

test("an answer that takes long is streamed in a personal chat and grows in place elsewhere", async () => {
  const bot = await serve("--slowly", "1.2");
  await inPlayground(bot, async (chat, shot) => {
    const asking = chat.ask(QUESTION);
    await chat.page.getByText("Looking it up").first().waitFor();
    await shot("stream-begins");
    await chat.page.getByText("Within 45 calendar days").first().waitFor();
    await shot("stream-grows");
    const said = await asking;
    const steps = said.map((one) => entity(one, "streaminfo")).filter(Boolean);
    assert.equal(steps[0].streamType, "informative");
    assert.ok(steps.filter((one) => one.streamType === "streaming").length >= 2);
    assert.equal(steps.at(-1).streamType, "final");
    assert.ok(taken(said), JSON.stringify(said.map((one) => [one.type, one.status, one.response])));
    await shot("stream-ends");

    await chat.open("group");
    const grown = await chat.ask(QUESTION, "group");
    assert.match(grown.find((one) => one.type === "message").text, /Looking it up/);
    await chat.page.getByText("Within 45 calendar days").last().waitFor();
    await chat.settled(2500);
    await shot("grows-in-place");
    await chat.page.getByRole("button", { name: "Wrong state?" }).last().waitFor();
  });
});

test("tokens are checked: what the proxy signs is answered, what is not signed is refused", async () => {
  const bot = await serve("--signed");
  await inPlayground(bot, async (chat, shot) => {
    const said = await chat.ask(QUESTION);
    assert.match(texts(said)[0].text, /New Mexico/);
    await shot("signed");
    const bare = await fetch(`${bot.bare}/api/messages`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(chat.asked.at(-1)) });
    assert.equal(bare.status, 401);
  });
});
