// The page in Chromium, at 1400 and 390 pixels, on the real corpus. Run by `make test-browser`.
// REGGI: the command that serves (default .venv/bin/reggi). REGGI_URL: a server that runs already.
// CHROMIUM: the browser (default /usr/bin/chromium). Screenshots go to tests/browser/shots/.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = join(here, "shots");
const SIZES = { wide: { width: 1400, height: 900 }, phone: { width: 390, height: 844 } };
const PAGE_BYTES = 150_000;
const QUESTION = "Can I use customer data for marketing purposes in Minnesota?";
let url, server, browser;

before(async () => {
  mkdirSync(shots, { recursive: true });
  url = process.env.REGGI_URL ?? (await serve());
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
});
after(async () => {
  await browser?.close();
  server?.kill("SIGTERM");
});

function serve() {
  const command = process.env.REGGI ?? join(here, "../../.venv/bin/reggi");
  server = spawn(command, ["serve"], { cwd: join(here, "../.."), env: { ...process.env, REGGI_PORT: "0", REGGI_PAGE: "loopback" } });
  return new Promise((found, failed) => {
    let said = "";
    const read = (data) => {
      said += data;
      const address = said.match(/Serving on (http:\/\/[^\s.]+(?:\.\d+)*:\d+)/);
      if (address) found(address[1]);
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.on("exit", (code) => failed(new Error(`reggi serve ended with ${code}: ${said}`)));
  });
}

// A page that counts what it loads, and fails on an error in the console or a request to elsewhere.
async function open(size, options = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"], ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => new URL(request.url()).origin === new URL(url).origin || faults.push(`asked ${request.url()}`));
  return { page, faults, close: () => context.close() };
}

async function ask(page, question) {
  const turns = await page.locator(".turn").count();
  await page.fill("#question", question);
  await page.press("#question", "Enter");
  await page.locator(".turn").nth(turns).locator(".foot p, .note").first().waitFor();
  assert.deepEqual(await page.locator(".turn").nth(turns).locator(".note").allInnerTexts(), [], question);
  await page.waitForFunction(() => !document.querySelector(".composer").dataset.busy);
  return page.locator(".turn").nth(turns);
}

// Looks at a page as a screen reader's user would; axe has to come past our own Content-Security-Policy.
async function look(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`) });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run());
  const grave = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(grave.map((one) => [one.id, one.nodes[0].html]), [], name);
  return found.violations.length;
}

for (const size of ["wide", "phone"]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`asks, opens a source, follows up, compares and looks at the map: ${size}, ${colorScheme}`, async () => {
      const { page, faults, close } = await open(size, { colorScheme });
      const at = (name) => look(page, `${name}-${size}-${colorScheme}`);
      await page.goto(url);
      await at("home");

      const first = await ask(page, QUESTION);
      assert.match(await first.locator(".title").innerText(), /Minnesota/);
      await at("answer");

      await first.locator(".part a.mark").first().click();
      const source = page.locator(size === "wide" ? ".source[open] .inside" : "#sheet .inside");
      await source.locator(".law-section").waitFor();
      assert.match(await source.innerText(), /Reviewed/);
      assert.match(await source.locator("a.out").getAttribute("href"), /^https:\/\//);
      await at("source");
      await page.keyboard.press("Escape");

      await first.locator(".next button").first().click();
      await page.locator(".turn").nth(1).getByRole("heading", { name: /Minnesota/ }).first().waitFor();
      await page.waitForFunction(() => !document.querySelector(".composer").dataset.busy);

      const second = await ask(page, "And what are the penalties?");
      assert.match(await second.locator(".title").innerText(), /Penalties in Minnesota/);

      const third = await ask(page, "Compare breach notice deadlines in Arizona, Missouri and Oregon");
      assert.deepEqual(await third.locator("tbody th").allInnerTexts(), ["Arizona", "Missouri", "Oregon"]);
      const csv = await page.request.get(new URL(await third.locator("a[href$='.csv']").getAttribute("href"), url).href);
      assert.equal((await csv.text()).trim().split("\n").length, 4);
      assert.ok((await third.boundingBox()).y < 80, "an answer begins at the top of the window");
      await third.getByText("Copy table").click();
      await third.getByText("Copied").waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.deepEqual(copied.split("\n").map((row) => row.split("\t")[0]), ["Jurisdiction", "Arizona", "Missouri", "Oregon"]);
      await at("table");

      await third.getByText("In Slack and Teams").click();
      await page.locator("#sheet .preview").nth(1).waitFor();
      assert.match(await page.locator("#sheet .slack").innerText(), /Arizona/);
      assert.match(await page.locator("#sheet .teams").innerText(), /Arizona/);
      // The card that Teams gets, drawn by Microsoft's own library: `make preview` put it there.
      await page.locator("#sheet .card.drawn .ac-adaptiveCard").first().waitFor();
      assert.match(await page.locator("#sheet .card.drawn").first().innerText(), /Arizona[^]*Missouri[^]*Oregon/);
      await at("preview");
      const buttons = page.locator("#sheet .card.drawn").last();
      await buttons.scrollIntoViewIfNeeded();
      await buttons.getByRole("button", { name: "Ask a follow-up" }).click();
      await at("preview-buttons");
      await page.keyboard.press("Escape");

      await page.getByRole("link", { name: "What Reggi knows" }).click();
      assert.equal(await page.locator("svg.map a").count(), 57);
      await at("map");
      await page.selectOption("#by", "sale");
      await page.waitForURL(/by=sale/);
      await at("map-topic");
      await page.locator("svg.map a[href='/coverage/MN']").click();
      await page.getByRole("heading", { name: "Minnesota", exact: true }).waitFor();
      await at("place");
      await page.locator(".laws a").first().click();
      await page.locator(".law-section").first().waitFor();
      await at("law");
      assert.deepEqual(faults, []);
      await close();
    });
  }

  test(`works by keyboard alone: ${size}`, async () => {
    const { page, faults, close } = await open(size);
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
    const key = (name) => page.keyboard.press(name);
    await page.goto(url);
    await key("Tab");
    assert.equal(await focused(), "Skip to content");
    await key("Enter");
    await key("Tab"); // into the question
    await page.keyboard.type("May I sell data?");
    await key("Tab"); // the states
    assert.match(await focused(), /Any state/);
    await key("Enter");
    await key("Tab"); // Alaska
    await key("Space");
    assert.match(await page.locator("[data-chosen]").innerText(), /Alaska/);
    await key("Escape");
    assert.match(await focused(), /Alaska/);
    await key("Shift+Tab");
    await key("Enter"); // asks
    await page.locator(".turn .foot p").first().waitFor();
    await page.waitForFunction(() => document.activeElement.classList.contains("title"));
    assert.match(await focused(), /Alaska/);
    assert.match(await page.locator("#status").innerText(), /^Answer: .*Alaska/);
    await key("Tab");
    const mark = await focused();
    assert.match(mark, /^\d+\.\d+$/);
    await key("Enter");
    await page.locator(size === "wide" ? ".source[open] .law-section" : "#sheet .law-section").waitFor();
    await page.waitForFunction(() => document.activeElement.closest(".source, #sheet"));
    await key("Escape");
    await page.waitForFunction(() => document.activeElement.classList.contains("mark"));
    assert.equal(await focused(), mark);
    assert.deepEqual(faults, []);
    await close();
  });
}

test("cards are plain HTML where nothing draws them", async () => {
  const { page, close } = await open("wide");
  await page.goto(url);
  const turn = await ask(page, "Compare breach notice deadlines in Arizona, Missouri and Oregon");
  await page.route("**/adaptivecards*", (route) => route.abort());
  await turn.getByText("In Slack and Teams").click();
  await page.locator("#sheet .preview").nth(1).waitFor();
  assert.match(await page.locator("#sheet .teams .card table").innerText(), /Arizona[^]*Missouri[^]*Oregon/);
  await look(page, "preview-plain");
  await close();
});

test("parts are shown as they come, sources in the order of their marks", async () => {
  const { page, faults, close } = await open("wide");
  await page.goto(url);
  const piece = (slot, html) => `event: part\ndata: ${JSON.stringify({ slot, html })}\n\n`;
  const item = (mark) => `<li data-mark="${mark}"><details class="source"><summary>${mark}</summary></details></li>`;
  const first = piece("prose", '<h2 class="title" tabindex="-1">First</h2>') + piece("sources", item("1.2") + item("2.1"));
  const second = piece("prose", "<p>Second</p>") + piece("sources", item("1.10") + item("1.9"));
  const turn = '<article class="turn"><div data-slot="prose"></div><aside class="sources"><h3><span class="count">0</span></h3><ol data-slot="sources"></ol></aside></article>';
  await page.evaluate(([begin, one, two]) => {
    globalThis.fetch = async () => {
      const bytes = new TextEncoder();
      const body = new ReadableStream({
        async start(line) {
          line.enqueue(bytes.encode(begin + one));
          await new Promise((go) => { globalThis.goOn = go; });
          line.enqueue(bytes.encode(two));
          line.close();
        },
      });
      return new Response(body);
    };
  }, [`event: begin\ndata: ${JSON.stringify({ html: turn })}\n\n`, first, `${second}event: done\ndata: {"text": "Answer: First."}\n\n`]);
  await page.fill("#question", QUESTION);
  await page.press("#question", "Enter");
  await page.locator(".turn .title").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "First");
  assert.equal(await page.locator(".turn .waiting").innerText(), "Checking the rest …");
  assert.equal(await page.inputValue("#question"), "");
  await page.fill("#question", "The next one");
  await page.evaluate(() => globalThis.goOn());
  await page.getByText("Second").waitFor();
  await page.waitForFunction(() => !document.querySelector(".composer").dataset.busy);
  assert.equal(await page.locator(".waiting").count(), 0);
  assert.deepEqual(await page.locator(".turn li").evaluateAll((all) => all.map((one) => one.dataset.mark)), ["1.2", "1.9", "1.10", "2.1"]);
  assert.equal(await page.locator(".turn .count").innerText(), "4");
  assert.equal(await page.locator("#status").innerText(), "Answer: First.");
  assert.equal(await page.inputValue("#question"), "The next one");
  assert.deepEqual(faults, []);
  await close();
});

test("works without JavaScript", async () => {
  const { page, close } = await open("wide", { javaScriptEnabled: false });
  await page.goto(url);
  await page.fill("#question", QUESTION);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.locator(".turn .title").waitFor();
  await page.fill("#question", "And what are the penalties?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByRole("heading", { name: /Penalties in Minnesota/ }).waitFor();
  await close();
});

test("what is typed stays text", async () => {
  const { page, faults, close } = await open("wide");
  await page.goto(url);
  const typed = `Is <script>document.title='broken'</script><img src=x onerror=document.title='broken'> legal in Ohio?`;
  const turn = await ask(page, typed);
  assert.ok((await turn.locator(".asked-text").innerText()).includes(typed));
  assert.doesNotMatch(await page.title(), /broken/);
  assert.deepEqual(faults, []);
  await close();
});

test("a broken line keeps the question", async () => {
  const { page, close } = await open("wide");
  await page.goto(url);
  await page.route("**/ask", (route) => route.abort());
  await page.fill("#question", QUESTION);
  await page.press("#question", "Enter");
  await page.getByText("The line to Reggi broke").first().waitFor();
  assert.equal(await page.inputValue("#question"), QUESTION);
  await close();
});

test("an answer that ends early keeps the question", async () => {
  const { page, close } = await open("wide");
  await page.goto(url);
  const events = [
    ["begin", { html: '<article class="turn"><div data-slot="prose"></div></article>' }],
    ["part", { slot: "prose", html: '<h2 class="title" tabindex="-1">Begun</h2>' }],
  ];
  const body = events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
  await page.route("**/ask", (route) => route.fulfill({ contentType: "text/event-stream", body }));
  await page.fill("#question", QUESTION);
  await page.press("#question", "Enter");
  await page.locator(".turn").getByText("The line to Reggi broke").waitFor();
  assert.equal(await page.inputValue("#question"), QUESTION);
  assert.equal(await page.locator(".waiting").count(), 0);
  await close();
});

test("is small, and quick to its first answer", async (t) => {
  const { page, close } = await open("wide");
  await page.goto(url, { waitUntil: "load" });
  const first = await page.evaluate(() => {
    const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return { sent: loaded.reduce((sum, one) => sum + one.encodedBodySize, 0), whole: loaded.reduce((sum, one) => sum + one.decodedBodySize, 0) };
  });
  assert.ok(first.whole < PAGE_BYTES, `the page has ${first.whole} bytes`);
  await ask(page, QUESTION); // warms what a server's first question warms
  const seconds = await page.evaluate(async (question) => {
    const began = performance.now();
    const turns = document.querySelectorAll(".turn").length;
    document.querySelector("#question").value = question;
    document.querySelector(".composer").requestSubmit();
    while (document.querySelectorAll(".turn .short").length <= turns) await new Promise(requestAnimationFrame);
    return (performance.now() - began) / 1000;
  }, "How soon must I report a data breach in New Mexico?");
  t.diagnostic(`page: ${first.sent} bytes sent, ${first.whole} unpacked; question to short answer: ${seconds.toFixed(3)} s`);
  assert.ok(seconds < 2, `the first answer took ${seconds} s`);
  await close();
});
