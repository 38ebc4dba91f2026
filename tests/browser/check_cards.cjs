// Reads {name: card} as JSON from standard input; prints {name: [problems]} of those that Microsoft's own library for
// Adaptive Cards does not take as they are, at version 1.5.
const AC = require("adaptivecards/dist/adaptivecards.js");
const LIMIT = new AC.Version(1, 5);
const problems = {};
for (const [name, card] of Object.entries(JSON.parse(require("node:fs").readFileSync(0)))) {
  const context = new AC.SerializationContext(LIMIT);
  const parsed = new AC.AdaptiveCard();
  parsed.parse(card, context);
  const found = [];
  for (let i = 0; i < context.eventCount; i++) found.push(context.getEventAt(i).message);
  for (const failure of parsed.validateProperties().validationEvents) found.push(failure.message);
  const version = AC.Version.parse(card.version ?? "", context);
  if (!version || version.compareTo(LIMIT) > 0) found.push(`version ${card.version}`);
  if (found.length) problems[name] = found;
}
console.log(JSON.stringify(problems));
