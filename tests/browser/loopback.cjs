// Loaded before a server that has no option for it: whatever listens, listens on this machine alone.
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  const [first] = args;
  if (first && typeof first === "object" && "port" in first && !first.path) args[0] = { ...first, host: "127.0.0.1" };
  else if (/^\d+$/.test(String(first))) args = [{ port: Number(first), host: "127.0.0.1" }, ...args.filter((a) => typeof a === "function")];
  return listen.apply(this, args);
};
