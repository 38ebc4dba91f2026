// Microsoft's Agents Playground, their own local Teams, driven in Chromium. Nothing leaves this machine.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const cli = join(dirname(createRequire(import.meta.url).resolve("@microsoft/m365agentsplayground/package.json")), "cli.js");
const LOCAL = ["127.0.0.1", "localhost"];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const freePort = () =>
  new Promise((done) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

export async function playground(browser, bot) {
  const folder = mkdtempSync(join(tmpdir(), "playground-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const log = openSync(join(folder, "log"), "w");
  const args = ["start", "-e", `${bot}/api/messages`, "-c", "msteams", "-p", String(port), "--service-url", `${base}/_connector`, "--disable-telemetry"];
  const child = spawn(process.execPath, ["-r", join(here, "loopback.cjs"), cli, ...args], {
    cwd: folder,
    stdio: ["ignore", log, log],
    env: { ...process.env, TEAMSAPPTESTER_BROWSER: "none" },
  });
  for (let tries = 0; ; tries++) {
    try {
      await fetch(base);
      break;
    } catch {
      if (tries > 150 || child.exitCode !== null) throw new Error(`the playground did not start: ${readFileSync(join(folder, "log"))}`);
      await pause(100);
    }
  }
  const context = await browser.newContext({ viewport: { width: 1500, height: 1000 } });
  await context.route((url) => !LOCAL.includes(url.hostname), (route) => route.abort());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const said = []; // activities from the bot, in order, with the status they got
  const asked = []; // activities to the bot
  let last = Date.now();
  page.on("websocket", (socket) =>
    socket.on("framereceived", (frame) => {
      let data;
      try {
        data = JSON.parse(frame.payload.toString());
      } catch {
        return;
      }
      last = Date.now();
      const { log: entry } = data;
      if (!entry?.request) return;
      const item = { ...entry.request.body, status: entry.response?.statusCode, response: entry.response?.body };
      (entry.from === "User Application" ? said : asked).push(item);
    }),
  );
  await page.goto(base, { waitUntil: "domcontentloaded" });
  await page.getByText("Personal Chat", { exact: true }).first().waitFor();
  const settled = async (quiet = 900) => {
    last = Date.now();
    while (Date.now() - last < quiet) await pause(50);
  };
  await settled();

  const until = async (reached, seconds = 20) => {
    for (const end = Date.now() + seconds * 1000; !reached(); await pause(30)) if (Date.now() > end) throw new Error("nothing came");
  };
  return {
    page,
    said,
    asked,
    settled,
    messages: () => said.filter((one) => one.type === "message"),
    // Opens a chat; in a group or channel the playground installs the bot there.
    async open(scope) {
      if (scope !== "personal") await page.locator(`[role=treeitem][aria-label="${scope === "group" ? "Group Chat" : "My Team - General"}"]`).click();
      await settled();
    },
    async ask(text, scope = "personal") {
      const before = said.length;
      const boxes = page.locator("[role=textbox][contenteditable=true]");
      const box = scope === "channel" ? boxes.first() : boxes.last();
      await box.click();
      if (scope !== "personal") {
        await page.keyboard.type("@Te", { delay: 120 });
        await page.locator("[role=option],[role=menuitem],[role=listitem]").filter({ hasText: "Test Bot" }).first().click();
        await page.keyboard.type(" ");
      }
      await page.keyboard.type(text, { delay: 3 });
      if (scope === "channel") await page.getByRole("button", { name: "Post", exact: true }).first().click();
      else await page.keyboard.press("Enter");
      await until(() => said.slice(before).some((one) => one.type === "message"));
      await settled();
      return said.slice(before);
    },
    // Sends an activity that the page has no button for.
    async mock(body) {
      const conversation = asked.at(-1).conversation;
      await fetch(`${base}/_internal/v1/customActivities`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ channelId: "msteams", conversation, serviceUrl: `${base}/_connector`, from: asked.at(-1).from, recipient: asked.at(-1).recipient, ...body }),
      });
      await settled();
    },
    async close() {
      await context.close();
      child.kill("SIGTERM");
      await Promise.race([new Promise((done) => child.once("exit", done)), pause(3000)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
